#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# slurm_cluster.sh <directory> <command> [argument ...]
#
# Runs a command beside a Slurm cluster of its own: this machine as its one node, with its own munge
# key, on ports of 127.0.0.1 that are free, everything in the directory; SLURM_CONF tells the command
# of it. Exit code: the command's; 77 with one line that says why when such a cluster cannot be had.
set -eu
dir=$1
shift

skip() { echo "skipped: $1"; exit 77; }

PATH=$PATH:/usr/sbin
for program in slurmctld slurmd munged sbatch sinfo; do
  command -v $program > /dev/null || skip "no $program here; apt-get install slurm-wlm munge"
done
[ "$(id -u)" = 0 ] || skip "slurmd has to be started by root"

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
started=
stop() {
  set +e
  # A step whose controller is gone would go on trying to tell it of its end.
  if [ -f "$dir/slurmctld.pid" ]; then
    scancel --user=root 2> /dev/null
    waited=0
    while [ $waited -lt 100 ] && squeue -h 2> /dev/null | grep -q .; do
      waited=$((waited + 1))
      sleep 0.1
    done
  fi
  for file in slurmd slurmctld munged; do
    [ -f "$dir/$file.pid" ] && kill "$(cat "$dir/$file.pid")" 2> /dev/null
  done
  waited=0
  for pid in $started; do
    while [ $waited -lt 50 ] && kill -0 "$pid" 2> /dev/null; do
      waited=$((waited + 1))
      sleep 0.1
    done
    kill -9 "$pid" 2> /dev/null
    wait "$pid" 2> /dev/null
  done
}
trap stop EXIT
trap 'exit 130' INT TERM

# Two ports that nothing listens on, from a place that this process chooses.
free_port() {
  port=$1
  while grep -qi ":$(printf %04X "$port") 0*:0000 0A" /proc/net/tcp; do port=$((port + 1)); done
  echo "$port"
}
controller=$(free_port $((20000 + $$ % 20000)))
node=$(free_port $((controller + 1)))

umask 077
head -c 1024 /dev/urandom > "$dir/munge.key"
munged --foreground --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
  --pid-file="$dir/munged.pid" --seed-file="$dir/munge.seed" --log-file="$dir/munged.log" \
  > "$dir/munged.out" 2>&1 &
started=$!
umask 022
mkdir -p "$dir/state" "$dir/spool"
cat > "$dir/slurm.conf" <<CONF
ClusterName=tetralog
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$controller
SlurmdPort=$node
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=1,sched_min_interval=100000
ReturnToService=2
MailProg=/bin/true
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
NodeName=localhost NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$dir/slurm.conf"
slurmctld -D -c > "$dir/slurmctld.out" 2>&1 &
started="$started $!"
slurmd -D -N localhost > "$dir/slurmd.out" 2>&1 &
started="$started $!"

waited=0
until sinfo -h -o %T 2> /dev/null | grep -q '^idle'; do
  waited=$((waited + 1))
  [ $waited -lt 150 ] || skip "the cluster did not start; see $dir/slurmctld.log and slurmd.log"
  sleep 0.1
done
status=0
"$@" || status=$?
exit $status
