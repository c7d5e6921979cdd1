# Packages as far as our modules look at them: a path, and text written into a file.
let
  package = name: import ./package.nix name // {
    overrideAttrs = f: package name // { overridden = f { }; };
  };
in {
  compliance-agent = package "drydock";
  # What a file of nixpkgs makes of its arguments.
  callPackage = file: arguments: package (baseNameOf file) // { inherit arguments; };
  coreutils = package "coreutils";
  gnused = package "gnused";
  nftables = package "nftables";
  grub2_efi = package "grub2_efi";
  python3 = package "python3";
  runCommand = name: _: text: package name // { inherit text; };
  runtimeShell = "/nix/store/bash/bin/sh";
  writeShellScript = name: text: "/nix/store/${name}";
  writeText = name: text: "/nix/store/${name}";
}
