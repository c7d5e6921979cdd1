# The disk that a box is first written with, as systemd-repart lays it out: ESP, slot A with this
# system's slot image, slot B empty, MSP-DATA. The ESP holds what deploy/image places on it: the loader,
# the boot stub twice, and both boot states, which say that A is good and nothing is on trial.
{ config, lib, modulesPath, pkgs, ... }:

let
  cfg = config.services.msp-ab-layout;
  slot = "${toString cfg.slotGiB}G";

  # By the same program as on Debian, so that there is one loader and one boot state.
  esp = pkgs.runCommand "drydock-esp" { nativeBuildInputs = [ pkgs.python3 pkgs.grub2_efi ]; } ''
    python3 ${../../deploy}/image/esp_files.py $out
  '';
  placed = [ "/EFI/BOOT/BOOTX64.EFI" "/EFI/drydock/A/stub.efi" "/EFI/drydock/B/stub.efi" ]
    ++ lib.concatMap (of: [ "/${of}_state" "/${of}_state2" "/${of}_tries" ]) [ "ab" "stub" ];
in {
  imports = [ ./slot-image.nix (modulesPath + "/image/repart.nix") ];

  system.build.esp = esp;
  image.repart = {
    name = "osiriscare-appliance";
    # Clusters of 4 KiB: no two files of the boot state share a sector of the disk. FAT32 has to be
    # named, and takes 260 MiB with them.
    mkfsOptions.vfat = [ "-F" "32" "-s" "8" "-n" "ESP" ];
    partitions = {
      "10-esp" = {
        contents = lib.genAttrs placed (path: { source = "${esp}${path}"; });
        repartConfig = {
          Type = "esp";
          Label = "ESP";
          Format = "vfat";
          SizeMinBytes = "512M";
          SizeMaxBytes = "512M";
        };
      };
      # Block by block: what is signed, sent and read back later is the same bytes.
      "20-slot-a".repartConfig = {
        Type = "root";
        Label = "MSP-A";
        CopyBlocks = "${config.system.build.slotImage}";
        SizeMinBytes = slot;
        SizeMaxBytes = slot;
      };
      "30-slot-b".repartConfig = {
        Type = "root";
        Label = "MSP-B";
        SizeMinBytes = slot;
        SizeMaxBytes = slot;
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
