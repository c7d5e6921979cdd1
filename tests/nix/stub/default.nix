# nixpkgs as far as flake-compliance.nix looks at it: overlays, and packages by their names. A package
# of our own keeps what it was made with, so that the tests can look at it.
{ system, overlays }:

let
  lib = (import ./lib.nix) // { fileset = { toSource = s: s.root; unions = files: files; }; };
  package = name: import ./package.nix name // {
    override = _: package name;
    overrideAttrs = f: package name // { overridden = f { }; };
  };
  names = [ "cmake" "ninja" "pkg-config" "caf" "rocksdb" "snappy" "bzip2" "lz4" "zlib" "zstd" "openssl"
    "curl" "protobuf" "spdlog" "fmt" "boost" "yaml-cpp" "cli11" "nlohmann_json" "prometheus-cpp"
    "howard-hinnant-date" "libpqxx" "hiredis" "ccache" "mold" "shellcheck" "nftables" ];
  base = lib.genAttrs names package // {
    inherit lib;
    stdenv.mkDerivation = made: package made.pname // made;
    fetchFromGitHub = _: package "source";
    mkShell = _: package "shell";
    callPackage = file: more:
      let f = import file; in
      let made = f (builtins.intersectAttrs (builtins.functionArgs f) all // more); in made // more;
  };
  all = builtins.foldl' (prev: overlay: prev // overlay all prev) base overlays;
in all
