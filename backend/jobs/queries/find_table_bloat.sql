-- How the engine's tables stand with vacuum.
SELECT
    stat.relname::text AS "table", stat.n_live_tup AS live, stat.n_dead_tup AS dead,
    pg_table_size(stat.relid) AS table_bytes, pg_indexes_size(stat.relid) AS index_bytes,
    greatest(stat.last_vacuum, stat.last_autovacuum) AS vacuumed_at, stat.autovacuum_count + stat.vacuum_count AS vacuums,
    greatest(stat.last_analyze, stat.last_autoanalyze) AS analyzed_at
FROM pg_stat_user_tables AS stat
WHERE stat.schemaname = current_schema() AND (stat.relname LIKE 'ai\_job%%' OR stat.relname IN ('ai_worker', 'job_slot'))
ORDER BY pg_total_relation_size(stat.relid) DESC
