# A small evaluator of NixOS modules, written for these tests, since nixpkgs cannot be had where they
# run. It knows options with types and defaults, mkIf, mkMerge, mkDefault and mkForce, submodules and
# imports; it refuses unknown options of ours and values of a wrong type. It is not nixpkgs' lib:
# what it proves and what not stands in tests/nix/README.md.
let
  inherit (builtins) attrNames concatMap elemAt filter head isAttrs isBool isFunction isInt isList
    isPath isString length listToAttrs map mapAttrs match stringLength substring toString;

  # --- what modules say ---------------------------------------------------------------------
  mkOption = o: o // { _type = "option"; };
  mkEnableOption = what: mkOption {
    type = types.bool;
    default = false;
    description = "Whether to enable ${what}.";
  };
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  usual = 100;

  kind = value: if isAttrs value then value._type or "" else "";

  # --- lists, strings, sets -----------------------------------------------------------------
  optional = yes: x: if yes then [ x ] else [ ];
  optionals = yes: xs: if yes then xs else [ ];
  optionalAttrs = yes: xs: if yes then xs else { };
  concatStringsSep = builtins.concatStringsSep;
  concatMapStringsSep = sep: f: xs: concatStringsSep sep (map f xs);
  hasPrefix = p: s: substring 0 (stringLength p) s == p;
  hasSuffix = p: s:
    stringLength s >= stringLength p
    && substring (stringLength s - stringLength p) (stringLength p) s == p;
  hasInfix = p: s: length (filter isString (builtins.split (escape p) s)) > 1;
  escape = builtins.replaceStrings [ "." ":" "/" "+" "*" ] [ "\\." ":" "/" "\\+" "\\*" ];
  splitString = sep: s: filter isString (builtins.split (escape sep) s);
  nameValuePair = name: value: { inherit name value; };
  mapAttrs' = f: set: listToAttrs (map (n: f n set.${n}) (attrNames set));
  mapAttrsToList = f: set: map (n: f n set.${n}) (attrNames set);
  recursiveUpdate = a: b: a // mapAttrs
    (n: v: if isAttrs v && isAttrs (a.${n} or null) then recursiveUpdate a.${n} v else v) b;
  makeBinPath = concatMapStringsSep ":" (p: "${p}/bin");
  genAttrs = names: f: listToAttrs (map (n: nameValuePair n (f n)) names);
  foldr = f: last: xs: if xs == [ ] then last else f (head xs) (foldr f last (builtins.tail xs));
  # Without what nobody has set.
  set = value:
    if !isAttrs value || value ? type then value
    else let kept = mapAttrs (_: set) value; in
      removeAttrs kept (filter (n: kept.${n} == { }) (attrNames kept));
  unique = xs: builtins.foldl' (seen: x: if builtins.elem x seen then seen else seen ++ [ x ]) [ ] xs;

  # --- types --------------------------------------------------------------------------------
  shown = value: if isFunction value then "a function" else builtins.toJSON value;
  fail = path: text: throw "The option `${path}' ${text}";
  one = path: values:
    if length (unique values) == 1 then head values
    else fail path "has conflicting definitions: ${shown values}";
  plain = name: check: { inherit name; merge = path: values:
    let bad = filter (v: !check v) values; in
    if bad != [ ] then fail path "is not of type `${name}': ${shown (head bad)}" else one path values; };
  between = low: high:
    plain "integer between ${toString low} and ${toString high}" (v: isInt v && v >= low && v <= high);
  types = {
    str = plain "string" isString;
    bool = plain "boolean" isBool;
    int = plain "signed integer" isInt;
    port = between 0 65535;
    ints.between = between;
    path = plain "path" (v: isPath v || (isString v && hasPrefix "/" v));
    package = plain "package" (v: isAttrs v && v.type or "" == "derivation");
    attrs = anything // { name = "attribute set"; };
    raw = anything // { name = "raw"; };
    strMatching = pattern: plain "string matching ${pattern}" (v: isString v && match pattern v != null);
    enum = values: plain "one of ${shown values}" (v: builtins.elem v values);
    lines = { name = "lines"; merge = _: values: concatStringsSep "\n" values; };
    listOf = item: { name = "list of ${item.name}"; merge = path: values:
      let bad = filter (v: !isList v) values; in
      if bad != [ ] then fail path "is not of type `list of ${item.name}': ${shown (head bad)}"
      else map (v: item.merge "${path}.*" [ v ]) (builtins.concatLists values); };
    attrsOf = item: { name = "attribute set of ${item.name}"; merge = path: values:
      let names = unique (concatMap attrNames values); in
      genAttrs names (n: mergeDefinitions "${path}.${n}" item
        (concatMap (v: optional (v ? ${n}) v.${n}) values)); };
    submodule = module: { name = "submodule"; merge = path: values:
      (evaluate { prefix = "${path}."; modules = [ module ] ++ map (v: { config = v; }) values; })
      .config; };
    inherit anything;
  };
  # What NixOS itself declares and we do not: sets are merged, lists joined, the rest must agree.
  anything = { name = "anything"; merge = path: values:
    if builtins.all (v: isAttrs v && v.type or "" != "derivation") values then
      genAttrs (unique (concatMap attrNames values)) (n: mergeDefinitions "${path}.${n}" anything
        (concatMap (v: optional (v ? ${n}) v.${n}) values))
    else if builtins.all isList values then builtins.concatLists values
    else one path values; };

  # --- evaluation ---------------------------------------------------------------------------
  # The plain values of a definition, each with its priority.
  discharge = value: {
    "if" = if value.condition then discharge value.content else [ ];
    "merge" = concatMap discharge value.contents;
    "override" = map (v: v // { inherit (value) priority; }) (discharge value.content);
  }.${kind value} or [ { priority = usual; inherit value; } ];

  mergeDefinitions = path: type: definitions:
    let
      all = concatMap discharge definitions;
      least = builtins.foldl' (least: v: if v.priority < least then v.priority else least) 9999 all;
    in type.merge path (map (v: v.value) (filter (v: v.priority == least) all));

  # A definition's sets, with conditions pushed down to their attributes, so that the names are known
  # before any condition is.
  pushDown = value: {
    "if" = map (mapAttrs (_: mkIf value.condition)) (pushDown value.content);
    "merge" = concatMap pushDown value.contents;
    "override" = map (mapAttrs (_: mkOverride value.priority)) (pushDown value.content);
  }.${kind value} or [ value ];

  normal = args: module:
    let
      said = if isPath module || isString module then import module else module;
      body = if isFunction said then said args else said;
      rest = removeAttrs body [ "imports" "options" "config" "_file" ];
    in {
      imports = body.imports or [ ];
      options = body.options or { };
      config = body.config or (if body ? options then { } else rest);
    };

  collect = args: modules: concatMap
    (m: let n = normal args m; in [ n ] ++ collect args n.imports) (dedupe modules);
  # The same file imported twice is one module.
  dedupe = modules: unique (filter isPath modules) ++ filter (m: !isPath m) modules;

  mergeOptions = trees:
    genAttrs (unique (concatMap attrNames trees)) (n:
      let found = concatMap (t: optional (t ? ${n}) t.${n}) trees; in
      if kind (head found) == "option" then head found else mergeOptions found);

  walk = path: options: definitions:
    let
      sets = concatMap pushDown definitions;
      unknown = filter (n: !(options ? ${n})) (unique (concatMap attrNames sets));
    in
    if unknown != [ ] then throw "The option `${path}${head unknown}' does not exist."
    else mapAttrs (n: option:
      let found = concatMap (s: optional (s ? ${n}) s.${n}) sets; in
      if kind option != "option" then walk "${path}${n}." option found
      else if concatMap discharge found == [ ] && option ? default then option.default
      else if concatMap discharge found == [ ] then
        throw "The option `${path}${n}' is used but not defined."
      else mergeDefinitions "${path}${n}" (option.type or anything)
        (found ++ optional (option.type.name or "" == "anything" && option ? default)
          (mkOverride usual option.default))) options;

  evaluate = { modules, specialArgs ? { }, prefix ? "" }:
    let
      args = { inherit lib config; options = declared; } // specialArgs;
      found = collect args modules;
      # Imports are the same file again and again; each declares its options once.
      declared = mergeOptions (map (m: m.options) found);
      config = walk prefix declared (map (m: m.config) found);
    in { inherit config; options = declared; };

  lib = {
    inherit mkOption mkEnableOption mkIf mkMerge mkOverride mkDefault mkForce types;
    inherit optional optionals optionalAttrs concatStringsSep concatMapStringsSep hasPrefix hasSuffix
      hasInfix splitString nameValuePair mapAttrs' mapAttrsToList recursiveUpdate makeBinPath genAttrs
      unique foldr set;
    inherit (builtins) filter head length map mapAttrs concatMap elem attrNames;
    inherit (builtins) concatLists isString;
    evalModules = evaluate;
    fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    cleanSource = src: src;
    licenses.asl20 = { };
  };
in lib
