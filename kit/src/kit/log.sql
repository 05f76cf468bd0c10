-- A partitioned event log in PostgreSQL 16 to 18, no extension.
-- stream: what events are about, versions contiguous from 1.  partition: a function of the stream, positions contiguous from 1; the
-- unit of order, locking and relaying.  A hole is a bug, and log.verify() finds it.
-- P is written once, below and in log.identity, for the life of the store: a process compares it with its own and refuses to start
-- if they differ.  epoch names this life: consumers keep (consumer, epoch, partition, position); a restored store re-uses positions, so
-- a restore ends with: call log.begin_epoch() (epoch.sql).  former: the lives before it, whose events may still be in the topic.
-- The last two bytes of a stream must be random (uuid v4, v5, v7, never v1): kit.log.partition_of is the same function in Python.
-- Advisory locks: class 4242 partitions (append exclusive, settle shared), class 4243 relays.  They are of the database: one log in each.
-- NUL (text U+0000, jsonb "\u0000") aborts its whole batch (22021, 22P05): the door refuses it, and kit.log.Writer isolates it.
-- append runs as the owner of the schema, who sees all rows: under row level security a look-up for duplicates would be blind.  Any other
-- role needs usage on the schema, execute on append, and select for what it may read.  Nobody updates or deletes, but: erasure =
-- update log.receipt set fingerprint = null for the entries of the stream.
create schema log;
create table log.identity (one boolean primary key default true check (one), partitions smallint not null,
  epoch uuid not null default gen_random_uuid(), former uuid[] not null default '{}');
create table log.entry (
  partition     smallint    not null,              -- log.partition_of(stream)
  position      bigint      not null,              -- contiguous from 1 in its partition
  stream        uuid        not null,
  version       int         not null,              -- contiguous from 1 in its stream
  source        text        not null collate "C",
  id            text        not null collate "C",  -- unique with source: log.receipt
  type          text        not null,
  happened_at   timestamptz not null,              -- in the world, as the source says
  recorded_at   timestamptz not null,              -- in this store; never decreases in a partition; one instant for a whole batch
  correlation   text, causation text, traceparent text,
  origin        uuid,                              -- organisation
  target_source text, target_id text,              -- the entry that this one corrects or cancels
  body          jsonb       not null,
  primary key (partition, position),
  unique (stream, version, partition)              -- partition: PostgreSQL wants it; padding makes it free
) partition by list (partition);
-- The only place where (source, id) is unique, whatever the stream.  fingerprint: of the canonical content; null once erased.
create table log.receipt (
  source text collate "C", id text collate "C", partition smallint not null, position bigint not null, fingerprint bytea, primary key (source, id));
do $$ declare p constant int := 12; begin          -- P: the only place
  insert into log.identity (partitions) values (p);
  execute format('create function log.partition_of(stream uuid) returns smallint language sql immutable strict parallel safe '
    'return ((get_byte(uuid_send(stream), 14) * 256 + get_byte(uuid_send(stream), 15)) %% %s)::smallint', p);
  for i in 0 .. p - 1 loop execute format('create table log.entry_%s partition of log.entry for values in (%s)', i, i); end loop;
end $$;
create function log.forbid() returns trigger language plpgsql as $$
begin raise exception 'log: nothing is ever updated or deleted' using errcode = 'restrict_violation'; end $$;
do $$ declare t regclass; begin                    -- on each partition too: a trigger of the parent does not see what names its child
  for t in select 'log.entry'::regclass union all select inhrelid from pg_inherits where inhparent = 'log.entry'::regclass loop
    execute format('create trigger forbid before update or delete or truncate on %s for each statement execute function log.forbid()', t);
  end loop;
end $$;

-- APPEND a batch over any streams.  Once per transaction, last.  One answer per row, as if rows were appended one at a time in order:
--   new        written at (partition, position, version)
--   duplicate  (source, id) is stored, or earlier in the batch, with the same fingerprint or one of the two null: where it is
--   conflict   the same with another fingerprint: where it is
--   stale      p_expected[i] is not the head of the stream: nothing written, id not consumed; version = the head
-- Optional arrays may be null as a whole.  40001, 40P01, 57P01, 08xxx: send the batch again; 22xxx, 23xxx: a bad row, split the batch.
-- "log.last_version(k.part, k.stream)" stands for one look-up for each partition, by its name: choosing it at each row, as a look-up in
-- log.entry does, would cost as much as the look-up.
do $do$ begin execute replace($create$
create function log.append(
  p_stream uuid[], p_source text[], p_id text[], p_type text[], p_happened_at timestamptz[], p_body jsonb[],
  p_fingerprint bytea[] default null, p_expected int[] default null, p_correlation text[] default null, p_causation text[] default null,
  p_traceparent text[] default null, p_origin uuid[] default null, p_target_source text[] default null, p_target_id text[] default null)
returns table (ordinal int, status text, "partition" smallint, "position" bigint, version int)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off              -- planning over P partitions costs more than a small append
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off   -- whatever statistics say
as $$
#variable_conflict use_column
declare
  n constant int := cardinality(p_id);
  touched smallint[];                              -- partitions of the batch, ascending
  base    bigint[];                                -- by partition + 1: its last position
  answer  text[]; part smallint[]; pos bigint[]; ver int[]; fresh boolean[];     -- the answers; fresh: to be written
  head    int[]; winner int[];                     -- of the careful way: by first row of the stream, by first row of the id
  careful boolean := false; p smallint; w int; last_pos bigint; last_ts timestamptz; ts timestamptz; r record;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'log.append needs READ COMMITTED, to see what others committed' using errcode = 'invalid_transaction_state';
  elsif coalesce(current_setting('log.called', true), '') <> '' then
    raise exception 'log.append: once per transaction, and not after log.settle' using errcode = 'invalid_transaction_state';
  elsif (n = all (array[cardinality(p_stream), cardinality(p_source), cardinality(p_type), cardinality(p_happened_at),
      cardinality(p_body)])) is not true or n <> any (array[cardinality(p_fingerprint), cardinality(p_expected), cardinality(p_origin),
      cardinality(p_correlation), cardinality(p_causation), cardinality(p_traceparent), cardinality(p_target_source), cardinality(p_target_id)]) then
    raise exception 'log.append: arrays of different lengths' using errcode = 'array_subscript_error';
  end if;
  perform set_config('log.called', 'append', true);
  touched := coalesce((select array_agg(distinct q order by q) from (select log.partition_of(s) as q from unnest(p_stream) s) x), '{}');
  -- ascending, so no deadlock; held to the end, so one writer per partition
  foreach p in array touched loop perform pg_advisory_xact_lock(4242, p); end loop;
  loop                                             -- from here every statement sees all that former holders committed
    ts := clock_timestamp();                       -- now that the locks are held
    foreach p in array touched loop
      select e.position, e.recorded_at into last_pos, last_ts from log.entry e where e.partition = p order by e.position desc limit 1;
      base[p + 1] := coalesce(last_pos, 0);
      ts := greatest(ts, last_ts);                 -- a clock that steps back does not reorder
    end loop;
    if not careful then                            -- the quick way: hope that every id is new and every expectation holds
      select array_agg(f.part order by f.i), array_agg(f.pos order by f.i), array_agg(f.ver order by f.i),
             coalesce(bool_or(p_expected[f.i] <> f.ver - 1), false)
        into part, pos, ver, careful
        from (select h.i, h.part, base[h.part + 1] + row_number() over (partition by h.part order by h.i) as pos,
                     h.head + (row_number() over (partition by h.stream order by h.i))::int as ver
                from (select k.*, coalesce(log.last_version(k.part, k.stream), 0) as head
                        from (select i, p_stream[i] as stream, log.partition_of(p_stream[i]) as part from generate_series(1, n) i) k) h) f;
      answer := array_fill('new'::text, array[n]); fresh := array_fill(true, array[n]);
    end if;
    if careful then                                -- row by row, in order
      head := null; winner := null;
      for r in
        select k.*, c.partition as old_part, c.position as old_pos, c.fingerprint as old_print,
               (select e.version from log.entry e where e.partition = c.partition and e.position = c.position) as old_ver,
               case when k.i = k.stream1 then coalesce((select e.version from log.entry e
                 where e.partition = k.part and e.stream = p_stream[k.i] order by e.version desc limit 1), 0) end as head
          from (select i, log.partition_of(p_stream[i]) as part, min(i) over (partition by p_stream[i]) as stream1,
                       min(i) over (partition by p_source[i] collate "C", p_id[i] collate "C") as id1 from generate_series(1, n) i) k
          left join log.receipt c on c.source = p_source[k.i] and c.id = p_id[k.i] order by k.i
      loop
        if r.head is not null then head[r.i] := r.head; end if;
        w := winner[r.id1]; fresh[r.i] := false;
        if r.old_pos is not null then
          answer[r.i] := case when r.old_print <> p_fingerprint[r.i] then 'conflict' else 'duplicate' end;
          part[r.i] := r.old_part; pos[r.i] := r.old_pos; ver[r.i] := r.old_ver;
        elsif w is not null then                   -- a twin
          answer[r.i] := case when p_fingerprint[w] <> p_fingerprint[r.i] then 'conflict' else 'duplicate' end;
          part[r.i] := part[w]; pos[r.i] := pos[w]; ver[r.i] := ver[w];
        elsif p_expected[r.i] <> head[r.stream1] then
          answer[r.i] := 'stale'; part[r.i] := r.part; pos[r.i] := null; ver[r.i] := head[r.stream1];
        else
          winner[r.id1] := r.i; base[r.part + 1] := base[r.part + 1] + 1; head[r.stream1] := head[r.stream1] + 1;
          answer[r.i] := 'new'; fresh[r.i] := true; part[r.i] := r.part; pos[r.i] := base[r.part + 1]; ver[r.i] := head[r.stream1];
        end if;
      end loop;
    end if;
    begin                                          -- of its own, taken back when it fails: no key stays locked
      insert into log.receipt (source, id, partition, position, fingerprint)
      select p_source[i], p_id[i], part[i], pos[i], p_fingerprint[i] from generate_series(1, n) i where fresh[i]
       order by p_source[i] collate "C", p_id[i] collate "C";  -- everybody in one order, waiting for who writes the same key: no deadlock
      exit;
    exception when unique_violation then
      careful := true;                             -- some id is stored, or a twin; each time one more is seen, so this ends
    end;
  end loop;
  if true = any (fresh) then
    insert into log.entry (partition, position, stream, version, source, id, type, happened_at, recorded_at, correlation, causation,
                           traceparent, origin, target_source, target_id, body)
    select part[i], pos[i], p_stream[i], ver[i], p_source[i], p_id[i], p_type[i], p_happened_at[i], ts, p_correlation[i], p_causation[i],
           p_traceparent[i], p_origin[i], p_target_source[i], p_target_id[i], p_body[i] from generate_series(1, n) i where fresh[i];
    perform pg_notify('log', array_to_string(touched, ','));
  end if;
  return query select i, answer[i], part[i], pos[i], ver[i] from generate_series(1, n) i;
end $$;
$create$, 'log.last_version(k.part, k.stream)', (select 'case k.part ' || string_agg(format('when %1$s then (select e.version
  from log.entry_%1$s e where e.stream = k.stream order by e.version desc limit 1)', q), ' ') || ' end'
  from log.identity, generate_series(0, partitions - 1) q)); end $do$;
-- READ a stream as known at an instant, or exactly at a version.  Plan: an index scan of one partition on (stream, version).
create function log.read(p_stream uuid, p_known_at timestamptz default 'infinity', p_version int default 2147483647)
returns setof log.entry language sql stable as $$
  select * from log.entry e where e.partition = log.partition_of(p_stream) and e.stream = p_stream
     and e.version <= p_version and e.recorded_at <= p_known_at order by e.version
$$;
-- An instant is no stable coordinate while a writer is in flight.  settle waits for it (the partition's lock, shared), clamps the
-- instant to the store's time and answers the version that rests on it: log.read(stream, p_version => version) never changes.
-- Call it alone (autocommit): the lock lasts as long as its transaction, and append refuses to follow.
create function log.settle(p_stream uuid, p_known_at timestamptz default 'infinity', out known_at timestamptz, out version int)
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off as $$
declare p constant smallint := log.partition_of(p_stream);
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'log.settle needs READ COMMITTED' using errcode = 'invalid_transaction_state'; end if;
  perform set_config('log.called', 'settle', true), pg_advisory_xact_lock_shared(4242, p);
  known_at := (select e.recorded_at from log.entry e where e.partition = p order by e.position desc limit 1);
  known_at := least(p_known_at, greatest(clock_timestamp(), known_at));
  version := coalesce((select e.version from log.entry e where e.partition = p and e.stream = p_stream
                          and e.recorded_at <= settle.known_at order by e.version desc limit 1), 0);
end $$;
-- The last position of every partition, 0 when empty.  Plan: P backward index scans of one row.
create view log.head as
select q::smallint as partition, coalesce(h.position, 0) as position, h.recorded_at
  from log.identity, generate_series(0, partitions - 1) q
  left join lateral (select e.position, e.recorded_at from log.entry e where e.partition = q::smallint order by e.position desc limit 1) h on true;

-- RELAY.  A page of a partition: an index scan, no sort.  What is visible is contiguous, as the lock outlives the commit.
create function log.page(p_partition smallint, p_after bigint, p_limit int) returns setof log.entry language sql stable as $$
  select * from log.entry e where e.partition = p_partition and e.position > p_after order by e.position limit p_limit
$$;
create table log.cursor (consumer text, partition smallint, position bigint not null default 0, primary key (consumer, partition));
-- Any number of processes, direct connections (no transaction pooler), idle_session_timeout set so that a frozen holder loses its lock:
--   insert into log.cursor select 'relay', partition from log.head on conflict do nothing;        -- once
--   select pg_try_advisory_lock(4243, p);                    -- false: another relay has p; try again in a second
--   select position from log.cursor where consumer = 'relay' and partition = p;                   -- :old, read after the lock
--   listen log;                                              -- payload '0,3,11': partitions; a hint: read log.head each second too
--   loop   select * from log.page(p, :old, 500);  send, wait for the acks;  :new = end of the acked PREFIX
--          update log.cursor set position = :new where consumer = 'relay' and partition = p and position = :old;
--          one row: :old = :new.  None: this is a zombie; drop the connection and start again.
-- At least once, in order per holder; a consumer drops position <= its own and fetches by log.page when a position jumps.

-- VERIFY: no row on a healthy store, even while it is written to (one statement, one snapshot).  A tail lost together with its
-- receipts leaves only cursors, here and at consumers, ahead of log.head.
create function log.verify() returns table (fault text, "partition" smallint, "position" bigint, stream uuid, version int, source text, id text)
language sql stable set jit = off set work_mem = '64MB' as $$
  select x.fault, x.partition, x.position, x.stream, x.version, null, null from (
    select e.*, unnest(array[
        case when e.position <> lag(e.position, 1, 0::bigint) over p + 1 then 'hole before' end,
        case when e.recorded_at < lag(e.recorded_at) over p then 'recorded before its predecessor' end,
        case when e.version <> lag(e.version, 1, 0) over s + 1 then 'version gap before' end,
        case when e.position < lag(e.position) over s then 'version against position' end,
        case when e.partition <> log.partition_of(e.stream) then 'stream in a wrong partition' end]) as fault
      from (select partition, position, stream, version, recorded_at from log.entry) e
    window p as (partition by e.partition order by e.position),
           s as (partition by e.stream order by e.version, e.position)) x where x.fault is not null
  union all
  select case when r.id is null then 'entry without receipt' else 'receipt without entry' end, coalesce(e.partition, r.partition),
         coalesce(e.position, r.position), e.stream, e.version, coalesce(e.source, r.source), coalesce(e.id, r.id)
    from (select partition, position, stream, version, source, id from log.entry) e
    full join log.receipt r on r.partition = e.partition and r.position = e.position and r.source = e.source and r.id = e.id
   where r.id is null or e.id is null
  union all
  select 'cursor ahead of the head: ' || c.consumer, c.partition, c.position, null, null, null, null
    from log.cursor c left join log.head h using (partition) where c.position > coalesce(h.position, 0)
  union all
  select 'identity', null, null, null, null, null, null where (select count(*) from pg_inherits where inhparent = 'log.entry'::regclass)
         is distinct from (select partitions::bigint from log.identity)
$$;
