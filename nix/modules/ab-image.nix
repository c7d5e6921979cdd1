# The disk that a box is first written with, as systemd-repart lays it out: ESP, slot A with this
# system, slot B empty, MSP-DATA. The ESP holds the boot menu and the boot state; both are placed when
# the image is finished by deploy/, which this file does not do.
{ config, lib, modulesPath, ... }:

let
  cfg = config.services.msp-ab-layout;
in {
  imports = [ (modulesPath + "/image/repart.nix") ];

  image.repart = {
    name = "osiriscare-appliance";
    partitions = {
      "10-esp".repartConfig = {
        Type = "esp";
        Label = "ESP";
        Format = "vfat";
        SizeMinBytes = "128M";
      };
      "20-slot-a" = {
        storePaths = [ config.system.build.toplevel ];
        repartConfig = {
          Type = "root";
          Label = "MSP-A";
          Format = "ext4";
          SizeMinBytes = "${toString cfg.slotGiB}G";
          SizeMaxBytes = "${toString cfg.slotGiB}G";
        };
      };
      "30-slot-b".repartConfig = {
        Type = "root";
        Label = "MSP-B";
        SizeMinBytes = "${toString cfg.slotGiB}G";
        SizeMaxBytes = "${toString cfg.slotGiB}G";
      };
      "40-data".repartConfig = {
        Type = "linux-generic";
        Label = "MSP-DATA";
        Format = "ext4";
        SizeMinBytes = "${toString cfg.dataMinGiB}G";
      };
    };
  };
}
