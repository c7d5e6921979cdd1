# The seed's partitions: ESP, slot A, slot B, MSP-DATA. A slot's root is whichever of the two the boot
# menu chose; the ESP holds the boot state, MSP-DATA what both slots share.
{ config, lib, ... }:

with lib;

let
  cfg = config.services.msp-ab-layout;
  slot = letter: mkOption {
    type = types.str;
    default = "/dev/disk/by-partlabel/MSP-${letter}";
    description = "The partition of slot ${letter}.";
  };
in {
  options.services.msp-ab-layout = {
    enable = mkEnableOption "mounting the ESP and MSP-DATA of an A/B disk";
    slotA = slot "A";
    slotB = slot "B";

    slotGiB = mkOption {
      type = types.ints.between 1 1024;
      default = 10;
      description = "Size of each slot in GiB; the seed's is 10.";
    };

    dataMinGiB = mkOption {
      type = types.ints.between 1 65536;
      default = 4;
      description = "Least size of MSP-DATA in GiB.";
    };
  };

  config = mkIf cfg.enable {
    assertions = [ {
      assertion = cfg.slotA != cfg.slotB;
      message = "services.msp-ab-layout: slotA and slotB are the same partition, ${cfg.slotA}";
    } ];

    # The boot menu lies on the ESP, where no release touches it; a slot installs none.
    boot.loader.grub.enable = false;

    fileSystems = {
      # The slot that the menu booted, by root= on the kernel's command line.
      "/" = {
        device = "/dev/root";
        fsType = "ext4";
      };
      "/boot" = {
        device = "/dev/disk/by-partlabel/ESP";
        fsType = "vfat";
        options = [ "ro" "fmask=0133" "dmask=0022" "nofail" "x-systemd.before=msp-health-gate.service" ];
      };
      "/var/lib/msp" = {
        device = "/dev/disk/by-partlabel/MSP-DATA";
        fsType = "ext4";
        options = [ "rw" "nodev" "nosuid" "noatime" "nofail" "x-systemd.before=systemd-tmpfiles-setup.service" ];
      };
    };
  };
}
