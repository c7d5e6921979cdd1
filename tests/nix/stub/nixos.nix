# The options of NixOS and of sops-nix that our modules set. Each root takes anything below it: a
# misspelt name of theirs is not found here.
{ lib, ... }:

let
  open = default: lib.mkOption { type = lib.types.anything; inherit default; };
in {
  options = {
    assertions = lib.mkOption { type = lib.types.listOf lib.types.anything; default = [ ]; };
    boot = open { };
    documentation = open { };
    environment = open { };
    fileSystems = open { };
    fonts = open { };
    hardware = open { };
    image = open { };
    isoImage = open { };
    networking = open { };
    nix = open { };
    nixpkgs = open { };
    programs = open { };
    security = open { };
    sops = open { };
    system = open {
      build = {
        toplevel = import ./package.nix "toplevel";
        isoImage = import ./package.nix "iso";
        image = import ./package.nix "image";
        kernel = "/nix/store/kernel";
        initialRamdisk = "/nix/store/initrd";
      };
      boot.loader = { kernelFile = "bzImage"; initrdFile = "initrd"; };
    };
    systemd = open { package = "/nix/store/systemd"; };
    time = open { };
    users = open { };
    i18n = open { };
    xdg = open { };
    services = {
      openssh = open { };
      timesyncd = open { };
      journald = open { };
      udisks2 = open { };
      logrotate = open { };
    };
  };
}
