# The agent of an appliance: the seed's module, whole, and what it needs beside it. The unit is the
# same as deploy/systemd/units/compliance-agent.service.
{ config, lib, pkgs, ... }:

with lib;

let
  cfg = config.services.compliance-agent;
  hardening = import ../../nix/lib/hardening.nix;
in {
  imports = [
    ../../nix/modules/root-helper.nix
    ../../nix/modules/health-gate.nix
    ../../nix/modules/ab-layout.nix
  ];

  options.services.compliance-agent = {
    enable = mkEnableOption "compliance agent";

    siteId = mkOption {
      type = types.str;
      description = "Site identifier";
    };

    mcpUrl = mkOption {
      type = types.str;
      default = "https://api.osiriscare.net";
      description = "The centre, https://host or https://host:port.";
    };

    pollInterval = mkOption {
      type = types.int;
      default = 60;
      description = "Seconds between check-ins, 1 to 86400; the centre may stretch it.";
    };

    settings = mkOption {
      type = types.attrs;
      default = { };
      example = { soak = "30m"; maintenance.time_zone = "Europe/Vienna"; };
      description = "What else /etc/msp/agent.yaml says; the program refuses keys it does not know.";
    };

    healthChecks = mkOption {
      type = types.attrsOf types.attrs;
      default = { };
      example = { disk = { command = [ "/run/current-system/sw/bin/test" "-w" "/var/lib/msp" ]; }; };
      description = "Checks of this image, one file each in /etc/msp/health.d.";
    };

    # Who else may read them is said in services.msp-firewall.metrics.from.
    metrics = {
      enable = mkEnableOption "GET /metrics of the agent over plain HTTP";

      address = mkOption {
        type = types.str;
        default = "127.0.0.1";
        example = "[::]";
        description = "Where the metrics listen; an IPv6 address in brackets.";
      };

      port = mkOption {
        type = types.port;
        default = 9100;
        description = "The port of the metrics.";
      };
    };
  };

  config = mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.pollInterval >= 1 && cfg.pollInterval <= 86400;
        message = "services.compliance-agent.pollInterval: found ${toString cfg.pollInterval}, accepted: 1 to 86400 seconds";
      }
      {
        assertion = hasPrefix "https://" cfg.mcpUrl;
        message = "services.compliance-agent.mcpUrl: found ${cfg.mcpUrl}, accepted: https://host or https://host:port";
      }
      {
        assertion = builtins.match "[A-Za-z0-9._-]{1,64}" cfg.siteId != null;
        message = "services.compliance-agent.siteId: found ${cfg.siteId}, accepted: 1 to 64 letters, digits, dashes, underscores and dots";
      }
    ];

    services.root-helper.enable = mkDefault true;
    services.msp-health-gate.enable = mkDefault true;

    users.users.compliance-agent = {
      isSystemUser = true;
      group = "compliance-agent";
      home = "/var/lib/msp";
      description = "Drydock compliance agent";
    };
    users.groups.compliance-agent = { };

    # JSON is YAML, with all its quoting.
    environment.etc = {
      "msp/agent.yaml".text = builtins.toJSON (recursiveUpdate {
        paths = {
          slot_a = config.services.msp-ab-layout.slotA;
          slot_b = config.services.msp-ab-layout.slotB;
        };
      } (recursiveUpdate (optionalAttrs cfg.metrics.enable {
        metrics.listen = "${cfg.metrics.address}:${toString cfg.metrics.port}";
      }) cfg.settings)) + "\n";
    } // mapAttrs' (name: check: nameValuePair "msp/health.d/${name}.yaml" {
      text = builtins.toJSON ({ inherit name; } // check) + "\n";
    }) cfg.healthChecks;

    # The lines of the plain file: one source for who may write what.
    systemd.tmpfiles.rules = filter (line: line != "" && !(hasPrefix "#" line))
      (splitString "\n" (builtins.readFile ../../deploy/systemd/tmpfiles.d/drydock-appliance.conf));

    systemd.services.compliance-agent = {
      description = "MSP Compliance Agent";
      after = [ "network-online.target" "root-helper.socket" ];
      wants = [ "network-online.target" "root-helper.socket" ];
      wantedBy = [ "multi-user.target" ];
      unitConfig = {
        RequiresMountsFor = "/var/lib/msp";
        StartLimitIntervalSec = 0;
      };

      serviceConfig = hardening.common // {
        ExecStart = "${pkgs.compliance-agent}/bin/compliance-agent";
        Restart = "always";
        RestartSec = 5;
        User = "compliance-agent";
        Group = "compliance-agent";
        UMask = "0077";
        MemoryMax = "128M";
        TasksMax = 128;

        # Filesystem protection
        ProtectSystem = "strict";
        ProtectHome = true;
        PrivateTmp = true;
        ReadWritePaths = [ "/var/lib/msp" ];

        # Privilege restriction
        NoNewPrivileges = true;
        CapabilityBoundingSet = "";

        # System call filtering
        SystemCallFilter = hardening.mayAskTheClock;
        SystemCallErrorNumber = "EPERM";
        SystemCallArchitectures = "native";

        # Namespace isolation
        RestrictNamespaces = true;
        LockPersonality = true;
        PrivateDevices = true;
        PrivateUsers = true;

        # Beyond the seed
        ProtectProc = "invisible";
        RemoveIPC = true;
        RestrictAddressFamilies = [ "AF_INET AF_INET6 AF_UNIX" ];
      };

      environment = {
        SITE_ID = cfg.siteId;
        MCP_URL = cfg.mcpUrl;
        POLL_INTERVAL = toString cfg.pollInterval;
      };
    };
  };
}
