# A package that can be named and asked for its derivation, and is never built.
name: {
  type = "derivation";
  inherit name;
  outPath = "/nix/store/${name}";
  drvPath = (derivation { inherit name; system = "x86_64-linux"; builder = "/none"; }).drvPath;
  meta.mainProgram = name;
}
