#pragma once
// The tables in PostgreSQL. A later version adds columns and tables and changes none.
namespace drydock::sinks {

inline constexpr const char* schema = R"(
CREATE SCHEMA IF NOT EXISTS drydock;
-- Whose decisions these are, and up to which one they have been copied.
CREATE TABLE IF NOT EXISTS drydock.source (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  incarnation text NOT NULL,
  position bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS drydock.decisions (
  position bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  what text NOT NULL,
  rollout bigint,
  appliance text,
  by_whom text,                      -- NULL: the planner itself
  why text NOT NULL
);
-- What appliances reported and the centre counted; each report once.
CREATE TABLE IF NOT EXISTS drydock.verdicts (
  appliance text NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,           -- as the appliance believed
  kind text NOT NULL,
  reason text NOT NULL,
  version text NOT NULL,
  update_id text NOT NULL,
  rollout bigint,
  detail text NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (appliance, seq)
);
CREATE TABLE IF NOT EXISTS drydock.rollouts (
  rollout bigint PRIMARY KEY,
  version text NOT NULL,
  phase text NOT NULL,
  by_whom text NOT NULL,
  why text NOT NULL,
  created timestamptz NOT NULL,
  moved timestamptz NOT NULL,
  granted bigint NOT NULL,
  exposed bigint NOT NULL,
  committed bigint NOT NULL,
  failed bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS drydock.fleet (
  appliance text PRIMARY KEY,
  client text NOT NULL,
  site text NOT NULL,
  hardware text NOT NULL,
  lifecycle text NOT NULL,
  version text NOT NULL,
  stage text NOT NULL,
  rollout bigint,
  site_mismatch boolean NOT NULL,
  last_seen timestamptz,             -- to about ten minutes; NULL: not since the centre began
  journal_head bigint                -- the appliance's own; NULL: unknown
);
-- The newest link of the centre's evidence chain of each day: who has it can tell later whether
-- anything before it was changed.
CREATE TABLE IF NOT EXISTS drydock.evidence_heads (
  incarnation text NOT NULL,
  day date NOT NULL,
  seq bigint NOT NULL,
  link text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (incarnation, day)
);
)";

}  // namespace drydock::sinks
