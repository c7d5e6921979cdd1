# Drydock's programs. The same CMake build as on Debian; never built with nixpkgs by us.
{ lib, stdenv, cmake, ninja, pkg-config, caf, rocksdb, snappy, bzip2, lz4, zlib, zstd, openssl, curl
, protobuf, spdlog, fmt, boost, yaml-cpp, cli11, nlohmann_json, prometheus-cpp, howard-hinnant-date
, libpqxx, hiredis }:

stdenv.mkDerivation {
  pname = "drydock";
  version = "0.1.0";

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../CMakeLists.txt
      ../CMakePresets.json
      ../messages
      ../runtime
      ../actors
      ../simulations
      ../tests
    ];
  };

  nativeBuildInputs = [ cmake ninja pkg-config protobuf ];
  buildInputs = [
    caf
    (rocksdb.override { enableShared = false; })
    snappy
    bzip2
    lz4
    zlib
    zstd
    openssl
    curl
    protobuf
    spdlog
    fmt
    boost
    yaml-cpp
    cli11
    nlohmann_json
    prometheus-cpp
    howard-hinnant-date
    libpqxx
    hiredis
  ];

  # The programs alone; tests/run builds and runs the tests.
  ninjaFlags = [ "compliance-agent" "health-gate" "root-helper" "fleet-coordinator" "drydock" ];

  installPhase = ''
    runHook preInstall
    install -D -m 0755 -t $out/bin \
      bin/compliance-agent bin/health-gate bin/root-helper bin/fleet-coordinator bin/drydock
    runHook postInstall
  '';

  meta = {
    description = "Keeps a fleet of A/B appliances up to date, proven healthy and healed";
    mainProgram = "drydock";
    platforms = [ "x86_64-linux" ];
  };
}
