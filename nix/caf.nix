# CAF 0.17.6, the version that Debian 12 ships and Drydock is written for. Never built by us: the hash
# has to be filled in where there is a network (nix prints it), and compilers newer than g++ 12 may ask
# for more.
{ lib, caf, fetchFromGitHub }:

caf.overrideAttrs (_: {
  version = "0.17.6";
  src = fetchFromGitHub {
    owner = "actor-framework";
    repo = "actor-framework";
    rev = "0.17.6";
    hash = lib.fakeHash;
  };
  # Only the core is used. Its CMake file asks for a version that CMake 4 refuses without the policy.
  cmakeFlags = [
    "-DCAF_NO_EXAMPLES=ON"
    "-DCAF_NO_UNIT_TESTS=ON"
    "-DCAF_NO_TOOLS=ON"
    "-DCAF_NO_OPENSSL=ON"
    "-DCMAKE_POLICY_VERSION_MINIMUM=3.5"
  ];
  doCheck = false;
  env.NIX_CFLAGS_COMPILE = "-include cstdint -Wno-error";
})
