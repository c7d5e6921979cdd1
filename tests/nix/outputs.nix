# flake.nix with our stubs in the place of its inputs: what its outputs are called, and what the
# configurations make of their modules. Builds nothing.
let
  lib = import ./stub/lib.nix;
  nixosSystem = { system, modules }:
    let
      evaluated = lib.evalModules {
        specialArgs = { pkgs = import ./stub/pkgs.nix; modulesPath = ./stub/modules; };
        modules = [ ./stub/nixos.nix ] ++ modules;
      };
    in { config = evaluated.config; inherit system; };
  inputs = {
    nixpkgs = { outPath = ./stub/nixpkgs.nix; lib = lib // { inherit nixosSystem; }; };
    sops-nix.nixosModules.sops = { };
  };
  self = (import ../../flake.nix).outputs (inputs // { inherit self; });
  system = "x86_64-linux";
  seen = name:
    let
      config = self.nixosConfigurations.${name}.config;
      failed = builtins.filter (a: !a.assertion) config.assertions;
    in
    if failed != [ ] then throw (lib.concatMapStringsSep "\n" (a: a.message) failed)
    else { inherit (config) image isoImage fileSystems systemd networking system boot nix; };
in {
  packages = builtins.attrNames self.packages.${system};
  modules = builtins.attrNames self.nixosModules;
  shells = builtins.attrNames self.devShells.${system};
  checks = builtins.attrNames self.checks.${system};
  configurations = lib.genAttrs (builtins.attrNames self.nixosConfigurations) seen;
  agent = self.packages.${system}.compliance-agent.pname;
  caf = self.packages.${system}.compliance-agent.caf.overridden.version;
  programs = self.packages.${system}.compliance-agent.ninjaFlags;
}
