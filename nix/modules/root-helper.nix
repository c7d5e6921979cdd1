# root-helper: the one privileged program behind the agent. Started by its socket, answers the
# agent's user alone, has no network. deploy/systemd says the same in plain files.
{ config, lib, pkgs, ... }:

with lib;

let
  cfg = config.services.root-helper;
  layout = config.services.msp-ab-layout;
  hardening = import ../lib/hardening.nix;
in {
  options.services.root-helper = {
    enable = mkEnableOption "the privileged helper of compliance-agent";

    restartableUnits = mkOption {
      type = types.listOf types.str;
      default = [ "systemd-timesyncd.service" ];
      description = "Units that the agent may have restarted; no other.";
    };
  };

  config = mkIf cfg.enable {
    systemd.sockets.root-helper = {
      description = "Where compliance-agent and health-gate ask root-helper";
      wantedBy = [ "sockets.target" ];
      socketConfig = {
        ListenSequentialPacket = "/run/drydock/root-helper.sock";
        SocketMode = "0660";
        SocketUser = "root";
        SocketGroup = "compliance-agent";
        DirectoryMode = "0755";
      };
    };

    systemd.services.root-helper = {
      description = "Opens slots and writes the boot state, after verifying every signature itself";
      requires = [ "root-helper.socket" ];
      after = [ "root-helper.socket" ];
      before = [ "msp-health-gate.service" ];
      # id, and the systemctl that it reboots and restarts units with.
      path = [ pkgs.coreutils config.systemd.package ];
      unitConfig = {
        RequiresMountsFor = "/var/lib/msp";
        StartLimitIntervalSec = 0;
      };

      serviceConfig = hardening.common // {
        ExecStart = concatStringsSep " " ([
          "${pkgs.runtimeShell} -c 'exec ${pkgs.compliance-agent}/bin/root-helper --allow-uid \"$$(id -u compliance-agent)\" \"$$@\"' root-helper"
          "--slot-a ${layout.slotA}"
          "--slot-b ${layout.slotB}"
        ] ++ map (unit: "--unit ${unit}") cfg.restartableUnits);
        Restart = "on-failure";
        RestartSec = 1;
        UMask = "0077";
        MemoryMax = "64M";
        TasksMax = 16;
        DevicePolicy = "closed";
        DeviceAllow = [ "${layout.slotA} rw" "${layout.slotB} rw" ];
        ReadWritePaths = [ "/boot" "/var/lib/msp" ];
        CapabilityBoundingSet = "CAP_SYS_ADMIN";
        PrivateNetwork = true;
        IPAddressDeny = "any";
        RestrictAddressFamilies = [ "AF_UNIX" ];
        ProtectClock = true;
        ProtectProc = "invisible";
        RemoveIPC = true;
        SystemCallFilter = [ "@system-service" "~@resources" "mount" ];
        SystemCallErrorNumber = "EPERM";
      };
    };
  };
}
