# The seed's services.msp-secrets, over sops-nix: each secret becomes a file below /run/secrets with
# an owner and a mode, decrypted at boot with an age key that never enters the Nix store.
{ config, lib, ... }:

with lib;

let
  cfg = config.services.msp-secrets;

  # A file of the build goes into the store, encrypted; any other is one of the running machine.
  inStore = hasPrefix builtins.storeDir (toString cfg.sopsFile);

  secret = types.submodule {
    options = {
      sopsKey = mkOption {
        type = types.str;
        example = "mcp/api_key";
        description = "Where the value stands in the secrets file, with slashes between keys.";
      };
      owner = mkOption {
        type = types.str;
        default = "root";
        description = "The user who may read it.";
      };
      mode = mkOption {
        type = types.strMatching "0[0-7]{3}";
        default = "0400";
        description = "Its mode, four octal digits.";
      };
      restartUnits = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "Units that are restarted when the value changes.";
      };
    };
  };
in {
  options.services.msp-secrets = {
    enable = mkEnableOption "secrets encrypted with SOPS and age";

    sopsFile = mkOption {
      type = types.path;
      description = "The encrypted file.";
      example = "/etc/secrets/secrets.yaml";
    };

    ageKeyFile = mkOption {
      type = types.path;
      default = "/var/lib/sops-age/keys.txt";
      description = "The age key of this machine.";
    };

    secrets = mkOption {
      type = types.attrsOf secret;
      default = { };
      description = "The secrets of this machine.";
    };
  };

  config = mkIf cfg.enable {
    assertions = [ {
      assertion = !(hasPrefix builtins.storeDir (toString cfg.ageKeyFile));
      message = "services.msp-secrets.ageKeyFile lies in the Nix store, where everyone may read it: ${toString cfg.ageKeyFile}";
    } ] ++ mapAttrsToList (name: s: {
      # The last digit is everyone's.
      assertion = hasSuffix "0" s.mode;
      message = "services.msp-secrets.secrets.${name}.mode: found ${s.mode}, which lets everyone at it; accepted: such as 0400";
    }) cfg.secrets;

    sops = {
      # What is not there while building cannot be checked by the build.
      validateSopsFiles = inStore;
      defaultSopsFile = if inStore then "${cfg.sopsFile}" else toString cfg.sopsFile;
      age.keyFile = toString cfg.ageKeyFile;
      secrets = mapAttrs (_: s: {
        key = s.sopsKey;
        inherit (s) owner mode restartUnits;
      }) cfg.secrets;
    };
  };
}
