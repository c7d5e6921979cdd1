# flake.nix with our stubs in the place of its inputs: what its outputs are called, and what the
# configurations make of their modules. Builds nothing.
let
  lib = import ./stub/lib.nix;
  inputs = {
    nixpkgs = { outPath = ./stub; } // (import ./stub/flake.nix).outputs { };
    sops-nix = (import ./stub/sops-nix/flake.nix).outputs { };
  };
  self = (import ../../flake.nix).outputs (inputs // { inherit self; });
  system = "x86_64-linux";
  seen = name: {
    inherit (builtins.mapAttrs (_: lib.set) self.nixosConfigurations.${name}.config) image isoImage
      fileSystems systemd networking system boot nix;
    inherit (self.nixosConfigurations.${name}.config.services) openssh compliance-agent;
  };
in {
  packages = builtins.attrNames self.packages.${system};
  modules = builtins.attrNames self.nixosModules;
  shells = builtins.attrNames self.devShells.${system};
  checks = builtins.attrNames self.checks.${system};
  configurations = lib.genAttrs (builtins.attrNames self.nixosConfigurations) seen;
  # A slot's menu under other kernel parameters.
  menu = (inputs.nixpkgs.lib.nixosSystem {
    inherit system;
    modules = [
      self.nixosModules.default
      ../../nix/modules/slot-image.nix
      { boot.kernelParams = [ "console=ttyS0,115200" "panic=30" ]; }
    ];
  }).config.system.build.slotMenu;
  esp = self.nixosConfigurations.appliance-disk.config.system.build.esp.text;
  agent = self.packages.${system}.compliance-agent.pname;
  caf = self.packages.${system}.compliance-agent.caf.overridden.version;
  programs = self.packages.${system}.compliance-agent.ninjaFlags;
}
