# The bootable ISO: nix build .#appliance-iso gives result/iso/osiriscare-appliance.iso. It starts from
# its own store image; a slot gets /slot.img of it, which flake.nix puts there.
{ lib, modulesPath, ... }:

{
  imports = [ (modulesPath + "/installer/cd-dvd/iso-image.nix") ];

  image.fileName = "osiriscare-appliance.iso";
  isoImage = {
    volumeID = "OSIRISCARE";
    makeEfiBootable = true;
    makeUsbBootable = true;
    # The store image is read by the kernel. What GRUB reads, kernel and initrd, stays as it is: its
    # squashfs driver has no zstd.
    squashfsCompression = "zstd -Xcompression-level 19";
  };

  # A stick has no slots: nothing is on trial, and nothing is written to a disk.
  services.msp-ab-layout.enable = lib.mkForce false;
  services.msp-health-gate.enable = lib.mkForce false;
}
