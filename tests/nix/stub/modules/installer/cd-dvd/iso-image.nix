# In nixpkgs this file declares isoImage.*; the roots stand in nixos.nix.
{ }
