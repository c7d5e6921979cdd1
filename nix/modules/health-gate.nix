# The seed's health gate, before the agent, and what ends a trial that did not prove itself.
# deploy/systemd says the same in plain files.
{ config, lib, pkgs, ... }:

with lib;

let
  cfg = config.services.msp-health-gate;
  hardening = import ../lib/hardening.nix;

  # The plain file, with the programs it calls found where they are on this system.
  trialEnd = pkgs.writeShellScript "trial-end" ''
    PATH=${makeBinPath [ pkgs.coreutils pkgs.gnused config.systemd.package ]}
    ${builtins.readFile ../../deploy/systemd/trial-end}
  '';
in {
  options.services.msp-health-gate = {
    enable = mkEnableOption "post-boot health verification";

    bootDeadlineMinutes = mkOption {
      type = types.ints.between 2 1440;
      default = 10;
      description = ''
        From boot to a committed trial: the gate's verdict and an agent that is ready. A trial that
        has not come so far is ended by a reboot; no other boot ever is.
      '';
    };
  };

  config = mkIf cfg.enable {
    systemd.services.msp-health-gate = {
      description = "Post-boot health verification";
      after = [ "network-online.target" ];
      wants = [ "network-online.target" "root-helper.service" ];
      # systemctl, which tells whether the system goes down.
      path = [ config.systemd.package ];
      before = [ "compliance-agent.service" "boot-complete.target" ];
      wantedBy = [ "multi-user.target" ];
      requiredBy = [ "boot-complete.target" ];
      unitConfig = {
        RequiresMountsFor = "/var/lib/msp";
        OnFailure = "msp-trial-end.service";
      };

      serviceConfig = hardening.common // {
        Type = "oneshot";
        ExecStart = "${pkgs.compliance-agent}/bin/health-gate --verify";
        ExecStop = "${pkgs.runtimeShell} -c '[ \"$$(systemctl is-system-running)\" != stopping ] || exec ${pkgs.compliance-agent}/bin/health-gate --stopping'";
        RemainAfterExit = true;
        TimeoutStartSec = "${toString (cfg.bootDeadlineMinutes - 1)}min";
        UMask = "0022";
        MemoryMax = "128M";
        TasksMax = 128;
        ReadWritePaths = [ "/var/lib/msp" ];
        DevicePolicy = "closed";
        CapabilityBoundingSet = "";
        RemoveIPC = true;
        RestrictAddressFamilies = [ "AF_INET AF_INET6 AF_NETLINK AF_UNIX" ];
        SystemCallFilter = hardening.mayAskTheClock;
        SystemCallErrorNumber = "EPERM";
      };
    };

    # A system that stands still is started anew by the hardware, as in
    # deploy/systemd/etc/system.conf.d.
    systemd.settings.Manager = {
      RuntimeWatchdogSec = "30s";
      RebootWatchdogSec = "2min";
    };

    systemd.timers.msp-boot-deadline = {
      description = "Ends a trial that has not been committed by the boot deadline";
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnBootSec = "${toString cfg.bootDeadlineMinutes}min";
        AccuracySec = "1s";
        Unit = "msp-trial-end.service";
      };
    };

    systemd.services.msp-trial-end = {
      description = "Reboots when this boot is a trial; the boot menu counts it and falls back";
      serviceConfig = hardening.common // {
        Type = "oneshot";
        ExecStart = "${trialEnd}";
        CapabilityBoundingSet = "";
        DevicePolicy = "closed";
        PrivateNetwork = true;
        ProtectClock = true;
        RestrictAddressFamilies = [ "AF_UNIX" ];
        SystemCallFilter = [ "@system-service" ];
      };
    };
  };
}
