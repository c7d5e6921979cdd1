# What the modules make of a configuration, as JSON. The tests pass a function of lib in `of`.
{ of }:

let
  lib = import ./stub/lib.nix;
  pkgs = import ./stub/pkgs.nix;
  root = ../..;
  system = lib.evalModules {
    specialArgs = { inherit pkgs; };
    modules = [
      ./stub/nixos.nix
      (root + "/modules/compliance-agent.nix")
      (root + "/nix/modules/firewall.nix")
      (root + "/flake/Modules/secrets.nix")
      (root + "/flake/Modules/timesync.nix")
      (root + "/flake/Modules/ssh-hardening.nix")
      (of lib)
    ];
  };
  failed = builtins.filter (a: !a.assertion) system.config.assertions;
in
if failed != [ ] then throw (lib.concatMapStringsSep "\n" (a: a.message) failed)
else {
  inherit (builtins.mapAttrs (_: lib.set) system.config)
    systemd networking environment users fileSystems sops time;
  # What is off may lack a value that has no default.
  services = builtins.mapAttrs (_: s: if s.enable or { } == { } || s.enable then s else { enable = false; })
    (removeAttrs system.config.services [ "msp-secrets" ]);
}
