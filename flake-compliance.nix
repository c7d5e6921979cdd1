# The agent's packaging: the package, its overlay, and the modules that run it.
{ self, nixpkgs, sops-nix, system }:

let
  overlay = final: prev: {
    # nixpkgs has moved on to CAF 1.x, whose API is another one; Drydock is written for 0.17.6.
    caf_0_17 = final.callPackage ./nix/caf.nix { caf = prev.caf; };
    compliance-agent = final.callPackage ./nix/package.nix { caf = final.caf_0_17; };
  };

  # Sets, not paths: `nix flake check` of Nix 2.8 takes no path for a module.
  modules = builtins.mapAttrs (_: imports: { inherit imports; }) {
    compliance-agent = [ ./modules/compliance-agent.nix ];
    firewall = [ ./nix/modules/firewall.nix ];
    secrets = [ sops-nix.nixosModules.sops ./flake/Modules/secrets.nix ];
    timesync = [ ./flake/Modules/timesync.nix ];
    ssh-hardening = [ ./flake/Modules/ssh-hardening.nix ];
  };
in {
  inherit overlay;
  pkgs = import nixpkgs { inherit system; overlays = [ overlay ]; };
  nixosModules = modules // {
    default = {
      imports = builtins.attrValues modules;
      nixpkgs.overlays = [ overlay ];
    };
  };
}
