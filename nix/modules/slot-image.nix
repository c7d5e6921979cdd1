# What goes into a slot, as one file: an ext4 of this system with kernel, initrd and the slot's own
# boot menu inside it, which the boot stub on the ESP reads. It is what `drydock release sign` signs,
# and what the ISO carries as /slot.img.
{ config, lib, modulesPath, pkgs, ... }:

let
  build = config.system.build;
  # The stub sets the names with ab_; ab_loaded comes last, so that a half-read menu is not started.
  menu = ''
    if linux $ab_device/boot/vmlinuz init=${build.toplevel}/init root=PARTUUID=$ab_root ro rootwait ${
      lib.concatStringsSep " " config.boot.kernelParams} $ab_arguments; then
      if initrd $ab_device/boot/initrd; then
        set ab_loaded="$ab_slot_name"
      fi
    fi
  '';
in {
  system.build.slotMenu = menu;
  system.build.slotImage = pkgs.callPackage (modulesPath + "/../lib/make-ext4-fs.nix") {
    storePaths = [ build.toplevel ];
    volumeLabel = "slot";
    populateImageCommands = ''
      mkdir -p files/boot files/dev files/etc files/proc files/run files/sys files/tmp files/var/lib/msp
      cp ${build.kernel}/${config.system.boot.loader.kernelFile} files/boot/vmlinuz
      cp ${build.initialRamdisk}/${config.system.boot.loader.initrdFile} files/boot/initrd
      cp ${pkgs.writeText "slot.cfg" menu} files/boot/slot.cfg
    '';
  };
}
