{
  description = "Drydock: A/B appliances that are kept up to date, proven healthy and healed";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    sops-nix = {
      url = "github:Mic92/sops-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  # There is no flake.lock yet: it takes a network to make one. Run `nix flake lock` and commit it.
  outputs = { self, nixpkgs, sops-nix, ... }:
    let
      system = "x86_64-linux";
      compliance = import ./flake-compliance.nix { inherit self nixpkgs sops-nix system; };
      pkgs = compliance.pkgs;

      # What `drydock release sign` takes out of the ISO, and what a slot holds afterwards.
      slotImage = self.nixosConfigurations.appliance.config.system.build.slotImage;

      box = modules: nixpkgs.lib.nixosSystem {
        inherit system;
        modules = [ self.nixosModules.default ./iso/configuration.nix ] ++ modules;
      };
    in {
      overlays.default = compliance.overlay;
      nixosModules = compliance.nixosModules;

      nixosConfigurations = {
        # A box on its A/B disk.
        appliance = box [ ./nix/modules/slot-image.nix { services.msp-ab-layout.enable = true; } ];
        # The same, booted from a stick, with the slot's image on it; and as the disk that a box is
        # first written with.
        appliance-iso = box [
          ./iso/appliance-image.nix
          { isoImage.contents = [ { source = slotImage; target = "/slot.img"; } ]; }
        ];
        appliance-disk = box [ ./nix/modules/ab-image.nix { services.msp-ab-layout.enable = true; } ];
      };

      packages.${system} = {
        default = pkgs.compliance-agent;
        compliance-agent = pkgs.compliance-agent;
        # result/iso/osiriscare-appliance.iso
        appliance-iso = self.nixosConfigurations.appliance-iso.config.system.build.isoImage;
        appliance-slot = slotImage;
        appliance-image = self.nixosConfigurations.appliance-disk.config.system.build.image;
      };

      devShells.${system}.default = pkgs.mkShell {
        inputsFrom = [ pkgs.compliance-agent ];
        packages = [ pkgs.ccache pkgs.mold pkgs.shellcheck pkgs.nftables ];
      };

      checks.${system} = {
        package = pkgs.compliance-agent;
        appliance = self.nixosConfigurations.appliance.config.system.build.toplevel;
      };
    };
}
