# NTP: what a maintenance window is worth depends on the clock. systemd-timesyncd is the smallest
# client, and tells the kernel, which the agent asks.
{ config, lib, ... }:

with lib;

let
  cfg = config.services.msp-timesync;
in {
  options.services.msp-timesync = {
    enable = mkEnableOption "time synchronisation";

    servers = mkOption {
      type = types.listOf types.str;
      default = [ "0.pool.ntp.org" "1.pool.ntp.org" "2.pool.ntp.org" "3.pool.ntp.org" ];
      description = "NTP servers; at least one.";
    };

    timeZone = mkOption {
      type = types.str;
      default = "UTC";
      description = "The system's time zone. Maintenance windows name their own.";
    };
  };

  config = mkIf cfg.enable {
    assertions = [ {
      assertion = cfg.servers != [ ];
      message = "services.msp-timesync.servers is empty; name at least one NTP server";
    } ];
    services.timesyncd = {
      enable = true;
      servers = cfg.servers;
    };
    time.timeZone = cfg.timeZone;
  };
}
