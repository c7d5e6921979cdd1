// drydock release sign, publish, list
#include <algorithm>

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "runtime/artifact/build_manifest.hpp"
#include "runtime/command/human.hpp"
#include "runtime/command/upload.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"
#include "runtime/trust/keys.hpp"
#include "runtime/trust/pem.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::command {
namespace {

struct SignOptions {
  std::string image, version, hardware, key, out;
};

constexpr std::size_t parts_shown_max = 4;

// Which bytes go into a slot, for a person and for a program.
std::string slot_text(const artifact::ImageFile& image) {
  std::string where;
  const auto& parts = image.extents();
  for (std::size_t i = 0; image.on_iso() && i < parts.size() && i < parts_shown_max; ++i)
    where += fmt::format("{}{} to {}", i == 0 ? ", bytes " : ", ", parts[i].offset,
                         parts[i].offset + parts[i].length - 1);
  if (parts.size() > parts_shown_max) where += ", ...";
  const std::string unknown =
      image.content() == "unknown" ? ", no filesystem that the boot stub could read" : "";
  return fmt::format("Into the slot go {} ({} bytes, {}{}) of {}{}.\n", human_bytes(image.size()),
                     image.size(), image.content(), unknown, clean(image.name()), where);
}

Json slot_json(const artifact::ImageFile& image) {
  Json parts = Json::array();
  for (const auto& part : image.extents())
    parts.push_back({{"offset", part.offset}, {"bytes", part.length}});
  return {{"iso", image.on_iso()},
          {"image", image.name()},
          {"content", image.content()},
          {"bytes", image.size()},
          {"parts", std::move(parts)}};
}

Exit sign(const SignOptions& options, Session& session) {
  Console& console = session.console;
  const auto key = trust::SigningKey::load(options.key);
  if (!key) return console.failed(key.error());
  Version version;
  read_version(options.version, version);
  const auto image = artifact::ImageFile::open(options.image);
  if (!image) return console.failed(image.error());
  const auto manifest = artifact::build_manifest(*image, version, options.hardware);
  if (!manifest) return console.failed(manifest.error());
  const Envelope envelope = key->sign(manifest_envelope_type, encode(*manifest));
  if (auto written = trust::write_new_file(options.out, encode(envelope), trust::public_mode);
      !written)
    return console.failed(written.error());
  const std::string hash = hex(trust::sha256(envelope.payload));
  const Json document = {{"manifest", hash},
                         {"version", options.version},
                         {"hardware", options.hardware},
                         {"image_size", manifest->image_size},
                         {"image_sha256", hex(manifest->image_sha256)},
                         {"chunks", manifest->chunk_sha256.size()},
                         {"key_id", envelope.key_id},
                         {"file", options.out},
                         {"slot", slot_json(*image)}};
  return console.result(
      document, fmt::format("Signed {} for {}: {} in {} chunks, key {}.\n{}manifest {}\nwritten to "
                            "{}\n"
                            "Next: drydock release publish --image {} --manifest {}\n",
                            options.version, options.hardware, human_bytes(manifest->image_size),
                            manifest->chunk_sha256.size(), envelope.key_id, slot_text(*image), hash,
                            options.out, options.image, options.out));
}

// A redrawn line on a terminal, elsewhere a line each tenth.
class UploadLine {
 public:
  UploadLine(Console& console, std::uint64_t all)
      : console_(console),
        line_(console.world().err, console.world().err_is_terminal, console.world().columns),
        all_(all),
        began_(console.world().up()) {}

  void show(std::uint64_t sent) {
    const std::uint64_t tenth = all_ == 0 ? 10 : sent * 10 / all_;
    if (console_.json() || (!line_.redraws() && tenth == tenth_)) return;
    tenth_ = tenth;
    line_.show(text(sent));
  }
  void end() { line_.end(); }

 private:
  std::string text(std::uint64_t sent) const {
    const Duration took = console_.world().up() - began_;
    std::string out =
        fmt::format("{} {}/{}", bar(sent, all_, 24), human_bytes(sent), human_bytes(all_));
    if (took.value <= 0 || sent == 0) return out;
    const double rate = static_cast<double>(sent) * 1000 / static_cast<double>(took.value);
    const double left = static_cast<double>(all_ - sent) / rate;
    return out + fmt::format("  {}/s  {} left", human_bytes(static_cast<std::uint64_t>(rate)),
                             human_span(seconds(static_cast<std::int64_t>(left))));
  }

  Console& console_;
  LiveLine line_;
  const std::uint64_t all_;
  const Instant began_;
  std::uint64_t tenth_ = UINT64_MAX;
};

Exit publish(const std::string& path, const std::string& manifest_path, Session& session) {
  Console& console = session.console;
  const auto release = read_signed_manifest(manifest_path);
  if (!release) return console.failed(release.error());
  const auto image = artifact::ImageFile::open(path);
  if (!image) return console.failed(image.error());
  if (auto same = check_image(*image, release->manifest); !same)
    return console.failed(same.error());
  return with_centre(session, [&](Centre& centre) {
    const auto plan = announce(centre, *release);
    if (!plan) return console.failed(plan.error());
    const std::size_t chunks = release->manifest.chunk_sha256.size();
    const std::string version = name_of(release->manifest.version);
    if (!plan->missing.empty())
      console.note(
          fmt::format("{}: sending {} of {} chunks", version, plan->missing.size(), chunks));
    UploadLine line(console, plan->bytes);
    const auto sent = upload(centre, *image, *release, *plan, console.world(),
                             [&](std::uint64_t bytes) { line.show(bytes); });
    line.end();
    if (!sent) return console.failed(sent.error());
    const Json document = {
        {"manifest", hex(release->hash)}, {"version", version},   {"chunks", chunks},
        {"sent", plan->missing.size()},   {"bytes", plan->bytes}, {"complete", true},
        {"slot", slot_json(*image)}};
    return console.result(document, fmt::format("Published {} ({}, {} sent now).\n{}manifest {}\n"
                                                "Next: drydock rollout create --version {}\n",
                                                version, human_bytes(release->manifest.image_size),
                                                human_bytes(plan->bytes), slot_text(*image),
                                                hex(release->hash), version));
  });
}

std::string state_of(const Json& release) {
  if (flag_in(release, "complete")) return "complete";
  return fmt::format("{} of {} chunks", cell(release, "have_chunks"), cell(release, "chunks"));
}

Exit list(Session& session, Centre& centre) {
  const auto answer = centre.get("/v1/releases");
  if (!answer) return session.console.failed(answer.error());
  const Json* releases = list_in(*answer, "releases");
  if (releases == nullptr)
    return session.console.failed(
        {ErrorKind::malformed, "the centre's answer holds no list of releases"});
  std::vector<Row> rows;
  for (const Json& r : *releases) {
    const auto size = number_in(r, "image_size");
    rows.push_back({cell(r, "version"), cell(r, "hardware"), size ? human_bytes(*size) : "-",
                    state_of(r), human_time(time_in(r, "published_ms").value_or(WallTime{})),
                    cell(r, "manifest")});
  }
  return session.console.result(
      *answer,
      rows.empty()
          ? "No releases yet; see drydock release publish --help\n"
          : table({"VERSION", "HARDWARE", "SIZE", "STATE", "PUBLISHED", "MANIFEST"}, rows));
}

void add_sign(Verbs& verbs, CLI::App& group) {
  auto o = std::make_shared<SignOptions>();
  CLI::App& verb =
      verbs.add(group, "sign", "describe an image in a manifest and sign it with the release key",
                "drydock release sign --image slot.img --version 1.1.0 --hardware box-1 \\\n"
                "          --key release.key --out 1.1.0.manifest",
                [o](Session& s) { return sign(*o, s); });
  verb.add_option("--image", o->image,
                  "raw slot image, or an ISO: then /slot.img of it is the slot's image")
      ->type_name("FILE")
      ->required()
      ->check(values::file);
  verb.add_option("--version", o->version, "major.minor.patch")
      ->type_name("VERSION")
      ->required()
      ->check(values::version);
  verb.add_option("--hardware", o->hardware, "model it is for, or * for every model")
      ->type_name("MODEL")
      ->required()
      ->check(values::hardware);
  verb.add_option("--key", o->key, "release.key of drydock pki init")
      ->type_name("FILE")
      ->required()
      ->check(values::file);
  verb.add_option("--out", o->out, "manifest to write")
      ->type_name("FILE")
      ->required()
      ->check(values::new_file);
}

}  // namespace

void add_release_verbs(Verbs& verbs) {
  CLI::App& group = verbs.group("release", "what appliances may run: sign, publish, list");
  add_sign(verbs, group);
  auto image = std::make_shared<std::string>();
  auto manifest = std::make_shared<std::string>();
  CLI::App& verb =
      verbs.add(group, "publish", "bring a signed image to the centre; run again to resume",
                "drydock release publish --image slot.img --manifest 1.1.0.manifest",
                [image, manifest](Session& s) { return publish(*image, *manifest, s); });
  verb.add_option("--image", *image, "the image that was signed, raw or on its ISO")
      ->type_name("FILE")
      ->required()
      ->check(values::file);
  verb.add_option("--manifest", *manifest, "what drydock release sign has written")
      ->type_name("FILE")
      ->required()
      ->check(values::file);
  verbs.add(group, "list", "every release at the centre", "drydock release list",
            [](Session& s) { return with_centre(s, [&](Centre& c) { return list(s, c); }); });
}

}  // namespace drydock::command
