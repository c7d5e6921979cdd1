# SSH for the people who mend what the healer cannot: keys only, never root, nothing forwarded.
{ config, lib, ... }:

with lib;

let
  cfg = config.services.msp-ssh-hardening;
in {
  options.services.msp-ssh-hardening = {
    enable = mkEnableOption "a hardened sshd";

    allowGroups = mkOption {
      type = types.listOf types.str;
      default = [ "wheel" ];
      description = "Who may log in.";
    };
  };

  config = mkIf cfg.enable {
    services.openssh = {
      enable = true;
      # The firewall has its own option for port 22.
      openFirewall = false;
      # An SFTP server would be one more program to trust.
      allowSFTP = false;
      # On MSP-DATA: the host stays known when the slot changes.
      hostKeys = [ { path = "/var/lib/msp/ssh/ssh_host_ed25519_key"; type = "ed25519"; } ];
      settings = {
        AllowGroups = cfg.allowGroups;
        PermitRootLogin = "no";
        PasswordAuthentication = false;
        KbdInteractiveAuthentication = false;
        X11Forwarding = false;
        AllowTcpForwarding = false;
        AllowAgentForwarding = false;
        PermitTunnel = "no";
        MaxAuthTries = 3;
        MaxSessions = 3;
        LoginGraceTime = 30;
        ClientAliveInterval = 300;
        ClientAliveCountMax = 2;
        KexAlgorithms = [ "curve25519-sha256" "curve25519-sha256@libssh.org" ];
        Ciphers = [ "chacha20-poly1305@openssh.com" "aes256-gcm@openssh.com" ];
        Macs = [ "hmac-sha2-512-etm@openssh.com" "hmac-sha2-256-etm@openssh.com" ];
      };
    };
  };
}
