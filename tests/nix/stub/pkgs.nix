# Packages as far as our modules look at them: a path, and text written into a file.
let
  package = name: {
    type = "derivation";
    inherit name;
    outPath = "/nix/store/${name}";
    meta.mainProgram = name;
    overrideAttrs = f: package name // { overridden = f { }; };
  };
in {
  compliance-agent = package "drydock";
  coreutils = package "coreutils";
  gnused = package "gnused";
  nftables = package "nftables";
  runtimeShell = "/nix/store/bash/bin/sh";
  writeShellScript = name: text: "/nix/store/${name}";
  writeText = name: text: "/nix/store/${name}";
}
