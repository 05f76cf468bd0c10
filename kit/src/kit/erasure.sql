-- What was erased with a person, and when.  A text said of an erased stream is not kept, whoever comes first: whoever keeps one and
-- whoever erases it meet on lock class 4244, for one in 16 of the streams (a batch may keep 500 texts).
alter table confidential.text alter texts set statistics 0;    -- or ANALYZE would keep some of them
create table confidential.erased (stream uuid primary key, erased_at timestamptz not null);
create function confidential.keep(p_source text, p_id text, p_stream uuid, p_texts jsonb) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(4244, hashtext(p_stream::text) & 15);
  if not exists (select from confidential.erased where stream = p_stream) then
    insert into confidential.text (source, id, stream, texts) values (p_source, p_id, p_stream, p_texts) on conflict do nothing;
  end if;
end $$;
-- The texts go, and the fingerprints: the same id answers duplicate, compared with nothing.  The log stays as it is.
create function confidential.erase(p_streams uuid[], p_at timestamptz) returns void language plpgsql as $$
declare bucket int;
begin
  for bucket in select distinct hashtext(s::text) & 15 as b from unnest(p_streams) s order by b loop
    perform pg_advisory_xact_lock(4244, bucket);
  end loop;
  insert into confidential.erased (stream, erased_at) select distinct s, p_at from unnest(p_streams) s on conflict do nothing;
  delete from confidential.text where stream = any (p_streams);
  update log.receipt r set fingerprint = null from unnest(p_streams) s, log.entry e
   where e.partition = log.partition_of(s) and e.stream = s and r.source = e.source and r.id = e.id and r.fingerprint is not null;
end $$;
