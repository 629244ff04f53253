// The settings of the embedded PostgreSQL: sized for a laptop, safe against power cuts, and silent about data. They are handed
// over at each start, so that what an older start wrote into the data folder does not matter.

export type ServerPlace = { readonly socketDir: string; readonly port: number }

/** Settings by name. A log line may never hold a value: statements, parameters, details and failed statements stay out. */
export function serverSettings({ socketDir, port }: ServerPlace): Readonly<Record<string, string>> {
  const overTcp = process.platform === 'win32'
  return {
    listen_addresses: overTcp ? '127.0.0.1' : '',
    port: String(port),
    unix_socket_directories: overTcp ? '' : socketDir,
    unix_socket_permissions: '0700',
    max_connections: '200',
    password_encryption: 'scram-sha-256',

    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    work_mem: '8MB',
    maintenance_work_mem: '128MB',
    random_page_cost: '1.1',
    jit: 'off',
    // Requests are short and many; a container's /dev/shm (64 MB) is too small for parallel hash joins anyway.
    max_parallel_workers_per_gather: '0',

    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // No standby ever reads this log; crash safety is the same, and a COPY into a table made in its transaction is written once.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '2GB',

    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',

    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] %d ',
    // Above ERROR: an ERROR's own text may quote a value ("invalid input syntax for …").
    log_min_messages: 'log',
    log_statement: 'none',
    log_min_error_statement: 'panic',
    log_min_duration_statement: '-1',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_connections: '',
    log_disconnections: 'off',
    log_lock_waits: 'off',
    log_temp_files: '-1',
    log_autovacuum_min_duration: '-1',
  }
}

/** The settings as arguments of `postgres`. */
export function settingArguments(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
