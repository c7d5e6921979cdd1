# The options of NixOS and of sops-nix that our files use, and no others; their values are taken as
# they are.
{ lib, ... }:

let
  names = import ./option_names.nix;
  # What a value is before anybody sets it, where something of ours reads it.
  before = {
    assertions = [ ];
    "services.openssh.enable" = false;
    "boot.kernelParams" = [ ];
    "system.boot.loader.initrdFile" = "initrd";
    "system.boot.loader.kernelFile" = "bzImage";
    "system.build" = {
      toplevel = import ./package.nix "toplevel";
      isoImage = import ./package.nix "iso";
      image = import ./package.nix "image";
      kernel = "/nix/store/kernel";
      initialRamdisk = "/nix/store/initrd";
    };
    "systemd.package" = "/nix/store/systemd";
  };
  option = name: lib.mkOption {
    # What is built is added to what is built already.
    type = if name == "system.build" then lib.types.anything else lib.types.raw;
    default = before.${name} or { };
  };
  # { a.b = x; } for "a.b".
  nested = name: value: lib.foldr (key: inner: { ${key} = inner; }) value (lib.splitString "." name);
in {
  options = lib.foldr lib.recursiveUpdate { }
    (map (name: nested name (option name)) (builtins.attrNames names));
}
