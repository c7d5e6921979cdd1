#!/usr/bin/env bash
# Makes and starts appliances as VirtualBox machines, each with its own copy of an A/B disk image.
#
#   scripts/deploy-vbox-vms.sh --image FILE [--count N] [--name PREFIX] [--folder DIR]
#                              [--memory MB] [--bridge INTERFACE] [--dry-run]
#   scripts/deploy-vbox-vms.sh --remove [--count N] [--name PREFIX] [--folder DIR] [--dry-run]
#
#   --image   raw disk image (nix build .#appliance-image gives one, compressed: zstd -d it first)
#   --count   how many machines [1]; at most 32
#   --name    machines are called PREFIX-1 to PREFIX-N [drydock]
#   --folder  where disks and machines are kept [$HOME/drydock-vms]
#   --memory  MB of each machine [1024]
#   --bridge  a network interface to bridge to; without it NAT, and SSH on 127.0.0.1:4444, 4445, ...
#   --dry-run print each command, run none
#
# A machine that is already there is left as it is. --remove powers off and deletes, with its disk.
set -euo pipefail

count_max=32
first_ssh_port=4444

fail() {
  printf 'deploy-vbox-vms: %s\n' "$@" >&2
  exit 1
}

image="" count=1 prefix=drydock folder=${HOME:-/root}/drydock-vms memory=1024 bridge=""
dry_run=false remove=false
while (($# > 0)); do
  case "$1" in
    --image | --count | --name | --folder | --memory | --bridge)
      (($# > 1)) || fail "$1 needs a value"
      case "$1" in
        --image) image=$2 ;;
        --count) count=$2 ;;
        --name) prefix=$2 ;;
        --folder) folder=$2 ;;
        --memory) memory=$2 ;;
        --bridge) bridge=$2 ;;
      esac
      shift
      ;;
    --dry-run) dry_run=true ;;
    --remove) remove=true ;;
    -h | --help) sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
    *) fail "unknown argument '$1'; see --help" ;;
  esac
  shift
done

if ! [[ $count =~ ^[0-9]{1,2}$ ]] || ((10#$count < 1 || 10#$count > count_max)); then
  fail "--count $count: accepted: 1 to $count_max"
fi
if ! [[ $memory =~ ^[0-9]{3,5}$ ]] || ((10#$memory < 512)); then
  fail "--memory $memory: accepted: 512 to 99999"
fi
[[ $prefix =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
  fail "--name $prefix: accepted: letters, digits, dashes, underscores and dots"
if ! $remove; then
  [[ -n $image ]] || fail "say which disk: --image FILE"
  [[ -f $image ]] || fail "there is no image $image"
fi
$dry_run || command -v VBoxManage >/dev/null || fail "VBoxManage is not there; install VirtualBox"

do_it() {
  if $dry_run; then
    printf '%q ' "$@" && echo
  else
    "$@"
  fi
}

# In a dry run no machine is there yet, or, when removing, each is.
is_there() {
  if $dry_run; then $remove; else VBoxManage showvminfo "$1" >/dev/null 2>&1; fi
}

make_machine() { # NAME NUMBER
  local name=$1 disk=$folder/$1.vdi
  # EFI, as on the boxes. No host cache: what the guest was told is durable, is durable.
  do_it VBoxManage convertfromraw "$image" "$disk" --format VDI
  do_it VBoxManage createvm --name "$name" --ostype Linux_64 --basefolder "$folder" --register
  do_it VBoxManage modifyvm "$name" --firmware efi --memory "$memory" --cpus 1 \
    --graphicscontroller vmsvga --rtcuseutc on --audio none --usb off --uart1 0x3F8 4 \
    --uartmode1 file "$folder/$name.log"
  do_it VBoxManage storagectl "$name" --name disk --add sata --portcount 1 \
    --hostiocache off
  do_it VBoxManage storageattach "$name" --storagectl disk --port 0 --device 0 --type hdd \
    --medium "$disk"
  if [[ -n $bridge ]]; then
    do_it VBoxManage modifyvm "$name" --nic1 bridged --bridgeadapter1 "$bridge"
  else
    do_it VBoxManage modifyvm "$name" --nic1 nat \
      --natpf1 "ssh,tcp,127.0.0.1,$((first_ssh_port + $2 - 1)),,22"
  fi
  do_it VBoxManage startvm "$name" --type headless
}

remove_machine() { # NAME
  do_it VBoxManage controlvm "$1" poweroff || true # it may be off already
  do_it VBoxManage unregistervm "$1" --delete
}

$remove || do_it mkdir -p "$folder"
for ((number = 1; number <= 10#$count; number++)); do
  name=$prefix-$number
  if $remove; then
    if is_there "$name"; then remove_machine "$name"; else echo "$name is not there"; fi
  elif is_there "$name"; then
    echo "$name is there already; left as it is"
  else
    make_machine "$name" "$number"
  fi
done
