# What the units of an appliance have in common, beyond the seed's own block, which stands whole in
# flake/Modules/compliance-agent.nix. deploy/systemd/README.md gives the reasons for what is left out.
{
  common = {
    LockPersonality = true;
    MemoryDenyWriteExecute = true;
    NoNewPrivileges = true;
    PrivateMounts = true;
    PrivateTmp = true;
    ProtectControlGroups = true;
    ProtectHome = true;
    ProtectHostname = true;
    ProtectKernelLogs = true;
    ProtectKernelModules = true;
    ProtectKernelTunables = true;
    ProtectSystem = "strict";
    RestrictNamespaces = true;
    RestrictRealtime = true;
    RestrictSUIDSGID = true;
    SystemCallArchitectures = "native";
  };

  # The seed's list ends a program that asks how well the kernel's clock is disciplined. Asking
  # changes nothing; setting it would take a capability.
  mayAskTheClock = [ "@system-service" "~@resources" "adjtimex clock_adjtime" ];
}
