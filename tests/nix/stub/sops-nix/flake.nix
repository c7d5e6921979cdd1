# A flake in the place of sops-nix; its options' roots stand in ../nixos.nix.
{
  description = "sops-nix, as far as our flake looks at it";
  inputs.nixpkgs.url = "path:..";
  outputs = { ... }: { nixosModules.sops = { }; };
}
