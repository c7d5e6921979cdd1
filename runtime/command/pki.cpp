// drydock pki init
#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"
#include "runtime/trust/pki_folder.hpp"

namespace drydock::command {
namespace {

struct InitOptions {
  std::string folder;
  std::string admin = "admin";
  std::vector<std::string> edge_hosts, operator_hosts;
};

struct FileUse {
  std::string_view file, use, place;
};
constexpr std::string_view offline = "OFFLINE";
constexpr FileUse uses[] = {
    {trust::pki_file::release_key, "signs releases", offline},
    {trust::pki_file::release_public, "proves releases", "centre, appliances"},
    {trust::pki_file::order_key, "signs grants", "centre"},
    {trust::pki_file::order_public, "proves grants", "appliances"},
    {trust::pki_file::appliance_ca_key, "makes appliances", "where they are provisioned"},
    {trust::pki_file::appliance_ca_certificate, "proves appliances and the edge",
     "centre, appliances"},
    {trust::pki_file::operator_ca_key, "makes operators", offline},
    {trust::pki_file::operator_ca_certificate, "proves operators and the centre",
     "centre, operators"},
    {trust::pki_file::edge_key, "the edge's TLS key", "centre"},
    {trust::pki_file::edge_certificate, "the edge's certificate", "centre"},
    {trust::pki_file::operator_key, "the operator listener's TLS key", "centre"},
    {trust::pki_file::operator_certificate, "the operator listener's certificate", "centre"},
    {trust::pki_file::admin_key, "the first operator's key", "that operator"},
    {trust::pki_file::admin_certificate, "the first operator's certificate", "that operator"},
};

// This machine's own names are always among them, for a centre that is tried out locally.
trust::ServerName server_name(const std::vector<std::string>& hosts) {
  trust::ServerName name;
  name.dns_names = {"localhost"};
  name.ip_addresses = {"127.0.0.1", "::1"};
  for (const auto& host : hosts) {
    auto& list = values::is_ip_address(host) ? name.ip_addresses : name.dns_names;
    if (std::find(list.begin(), list.end(), host) == list.end()) list.push_back(host);
  }
  const auto named = std::find_if(hosts.begin(), hosts.end(), [](const std::string& host) {
    return values::name(host).empty();
  });
  name.common_name = named == hosts.end() ? "localhost" : *named;
  return name;
}

Exit init(const InitOptions& options, Session& session) {
  trust::PkiRequest request;
  request.edge = server_name(options.edge_hosts);
  request.operator_server = server_name(options.operator_hosts);
  request.admin_name = options.admin;
  request.now_s = session.console.world().wall().value / 1000;
  if (auto made = trust::create_pki(options.folder, request); !made)
    return session.console.failed(made.error());

  Json document = {{"folder", options.folder}, {"admin", options.admin}};
  document["files"] = Json::array();
  document["offline"] = Json::array();
  std::vector<Row> rows;
  for (const auto& [file, use, place] : uses) {
    document["files"].push_back({{"file", file}, {"use", use}, {"place", place}});
    if (place == offline) document["offline"].push_back(file);
    rows.push_back({std::string(file), std::string(use), std::string(place)});
  }
  const std::string text =
      "Made " + options.folder + "\n" + table({"FILE", "WHAT IT DOES", "BELONGS TO"}, rows) +
      "\nTwo keys belong offline, on a medium in a safe: release.key and operator-ca.key.\n"
      "Whoever holds release.key can make appliances run anything; whoever holds operator-ca.key\n"
      "can make himself an admin. The centre needs neither.\n";
  return session.console.result(document, text);
}

}  // namespace

void add_pki_verbs(Verbs& verbs) {
  auto o = std::make_shared<InitOptions>();
  CLI::App& group = verbs.group("pki", "the keys and certificates an installation begins with");
  CLI::App& verb = verbs.add(group, "init", "make the folder with every key and certificate",
                             "drydock pki init pki --edge-host centre.example",
                             [o](Session& s) { return init(*o, s); });
  verb.add_option("DIR", o->folder, "folder to make; refused when it is there and not empty")
      ->required();
  verb.add_option("--name", o->admin, "name of the first operator, an admin")
      ->type_name("NAME")
      ->check(values::name)
      ->capture_default_str();
  verb.add_option("--edge-host", o->edge_hosts,
                  "name or address by which appliances reach the centre; repeatable "
                  "[localhost is always included]")
      ->check(values::host)
      ->take_all();
  verb.add_option("--operator-host", o->operator_hosts, "the same for operators")
      ->type_name("HOST")
      ->check(values::host)
      ->take_all();
}

}  // namespace drydock::command
