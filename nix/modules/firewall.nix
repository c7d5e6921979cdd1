# The seed's pull-only firewall, and the least that a host needs beyond it. Each rule that the seed
# does not have, and each of its ports without a service behind it, has an option; docs/seed.md gives
# the reasons. deploy/firewall/appliance.nft is its text with sshd on and no other option set.
{ config, lib, ... }:

with lib;

let
  cfg = config.services.msp-firewall;
  # Also where the agent's module is not imported.
  metrics = config.services.compliance-agent.metrics or { enable = false; };
  served = metrics.enable && (config.services.compliance-agent.enable or false)
    && metrics.port == cfg.metrics.port
    && !(elem metrics.address [ "127.0.0.1" "[::1]" "localhost" ]);

  rule = default: description: mkOption {
    type = types.bool;
    inherit default description;
  };
  set = items: "{ ${concatStringsSep ", " (map toString items)} }";

  inPorts = optional cfg.open.ssh 22 ++ optional cfg.open.statusPage 80
    ++ optional cfg.open.sensorApi 8080 ++ optional cfg.open.grpc 50051;
  v4 = filter (address: !(hasInfix ":" address));
  v6 = filter (hasInfix ":");
  # One rule an address family; none for no address.
  each = addresses: prefix: rest:
    optional (v4 addresses != [ ]) "ip ${prefix} ${set (v4 addresses)} ${rest}"
    ++ optional (v6 addresses != [ ]) "ip6 ${prefix} ${set (v6 addresses)} ${rest}";

  # A rule with its reason; nothing when there is no rule.
  said = comment: rules: optional (rules != [ ]) ([ "# ${comment}" ] ++ rules);
  chain = blocks: concatStringsSep "\n\n" (map (concatMapStringsSep "\n" (line: "    ${line}")) blocks);

  input = [ [ "type filter hook input priority 0; policy drop;" ] ]
    ++ said "Allow established" [ "ct state established,related accept" ]
    ++ said "Allow localhost" [ "iif lo accept" ]
    ++ said "Neighbours, routers and multicast groups: without them there is no IPv6"
      (optionals cfg.neighbours [
        "ip6 hoplimit 255 icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept"
        "ip6 hoplimit 255 icmpv6 type nd-neighbor-advert accept"
        "icmpv6 type mld-listener-query ip6 saddr fe80::/10 accept"
      ])
    ++ said "What a path cannot carry, also when it names no known connection"
      (optionals cfg.pathMtu [
        "icmp type destination-unreachable icmp code frag-needed accept"
        "icmpv6 type packet-too-big accept"
      ])
    ++ said "A lease offered or renewed"
      (optional cfg.dhcp "udp sport 67 udp dport 68 accept"
        ++ optional cfg.dhcpv6 "ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept")
    ++ said "SSH, status page, sensor API, gRPC"
      (optional (inPorts != [ ]) "tcp dport ${set inPorts} accept")
    ++ said "Metrics, for these alone"
      (each cfg.metrics.from "saddr" "tcp dport ${toString cfg.metrics.port} accept");

  output = [ [ "type filter hook output priority 0; policy drop;" ] ]
    ++ said "Answers" [ "ct state established,related accept" ]
    ++ said "This host's own programs reach each other" (optional cfg.loopback "oif lo accept")
    ++ said "Neighbours, routers and multicast groups"
      (optionals cfg.neighbours [
        "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept"
        "icmpv6 type { mld-listener-report, mld2-listener-report } accept"
      ])
    ++ said "A lease asked for"
      (optional cfg.dhcp "udp sport 68 udp dport 67 accept"
        ++ optional cfg.dhcpv6 "udp sport 546 udp dport 547 accept")
    ++ said "DNS, NTP, HTTPS" [ "udp dport { 53, 123 } accept" "tcp dport { 53, 443 } accept" ]
    ++ said "WinRM for healing" (optional cfg.winrm "tcp dport { 5985, 5986 } accept")
    ++ said "SSH for healing, to these alone" (each cfg.sshTargets "daddr" "tcp dport 22 accept");
in {
  options.services.msp-firewall = {
    enable = mkEnableOption "the pull-only firewall";

    loopback = rule true "Let this host's own programs reach each other over loopback.";
    neighbours = rule true "IPv6 neighbour discovery, router advertisements and group membership.";
    pathMtu = rule true "ICMP fragmentation-needed and ICMPv6 packet-too-big.";
    dhcp = rule true "DHCP for IPv4.";
    dhcpv6 = rule true "DHCP for IPv6.";
    winrm = rule true "Outbound WinRM (5985, 5986), for healing.";

    open = {
      ssh = rule (config.services.openssh.enable or false) "Inbound SSH (22); open where sshd is on.";
      statusPage = rule false "Inbound status page (80). No program serves it yet.";
      sensorApi = rule false "Inbound sensor API (8080). No program serves it yet.";
      grpc = rule false "Inbound gRPC (50051). No program serves it yet.";
    };

    sshTargets = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Addresses or networks that may be healed over SSH; none by default.";
    };

    metrics = {
      from = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "Addresses or networks that may read metrics; none by default.";
      };
      port = mkOption {
        type = types.port;
        default = metrics.port or 9100;
        description = "The port of the metrics, which is the agent's.";
      };
    };
  };

  config = mkIf cfg.enable {
    # An open port without a program behind it is a mistake of somebody's.
    assertions = [ {
      assertion = cfg.metrics.from == [ ] || served;
      message = "services.msp-firewall.metrics.from: nothing listens there for others; set services.compliance-agent.metrics.enable and an address that is not loopback's";
    } ];

    # NixOS has a firewall of its own; two would contradict each other.
    networking.firewall.enable = false;
    networking.nftables = {
      enable = true;
      ruleset = ''
        table inet filter {
          chain input {
        ${chain input}
          }

          chain output {
        ${chain output}
          }
        }
      '';
    };
  };
}
