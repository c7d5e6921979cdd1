# What every appliance has in common: the seed's services, and what keeps a box of the HP T640 class
# near 300 MB of memory and its image small.
{ lib, pkgs, ... }:

{
  services.compliance-agent = {
    enable = lib.mkDefault true;
    # The site of a box that nobody has assigned yet: the centre grants it nothing.
    siteId = lib.mkDefault "unassigned";
  };
  services.msp-firewall.enable = lib.mkDefault true;
  services.msp-timesync.enable = lib.mkDefault true;
  services.msp-ssh-hardening.enable = lib.mkDefault true;

  networking = {
    hostName = lib.mkDefault "osiriscare-appliance";
    useNetworkd = true;
    useDHCP = true;
  };

  boot = {
    kernelParams = [ "panic=5" "oops=panic" ];
    # eMMC, NVMe and SATA disks, USB sticks; FAT for the ESP.
    initrd.availableKernelModules = [ "nvme" "ahci" "sdhci_pci" "mmc_block" "xhci_pci" "usb_storage" "sd_mod" ];
    supportedFilesystems = [ "ext4" "vfat" ];
    tmp.useTmpfs = true;
  };
  hardware.cpu.amd.updateMicrocode = true;

  # Memory: a small journal in memory, nothing on a screen, no daemon that nobody asked for.
  services.journald.extraConfig = ''
    Storage=volatile
    RuntimeMaxUse=16M
  '';
  services.udisks2.enable = false;
  programs.command-not-found.enable = false;
  security.polkit.enable = false;
  fonts.fontconfig.enable = false;
  xdg = {
    icons.enable = false;
    mime.enable = false;
    sounds.enable = false;
  };

  # Size: no manuals, one locale, no compiler, and no way to rebuild a slot in place: a slot is written
  # whole and signed, never changed.
  documentation.enable = false;
  i18n.supportedLocales = [ "C.UTF-8/UTF-8" ];
  environment.defaultPackages = [ ];
  environment.systemPackages = [ pkgs.compliance-agent pkgs.nftables ];
  nix.enable = false;
  system.disableInstallerTools = true;

  users.mutableUsers = false;
  system.stateVersion = "25.05";
}
