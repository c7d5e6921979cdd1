# In nixpkgs this file declares image.repart.*; the roots stand in nixos.nix.
{ }
