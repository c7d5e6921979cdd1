# A flake in the place of nixpkgs, so that `nix flake check` needs no network.
{
  description = "nixpkgs, as far as our flake looks at it";
  outputs = { ... }: {
    lib = (import ./lib.nix) // {
      nixosSystem = { system, modules }:
        let
          lib = import ./lib.nix;
          evaluated = lib.evalModules {
            specialArgs = { pkgs = import ./pkgs.nix; modulesPath = ./modules; };
            modules = [ ./nixos.nix ] ++ modules;
          };
          failed = builtins.filter (a: !a.assertion) evaluated.config.assertions;
        in
        if failed != [ ] then throw (lib.concatMapStringsSep "\n" (a: a.message) failed)
        else { inherit (evaluated) config; inherit system; };
    };
  };
}
