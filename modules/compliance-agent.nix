# The seed names this file too; there is one module, and it is the other.
{ imports = [ ../flake/Modules/compliance-agent.nix ]; }
