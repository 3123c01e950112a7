-- CreateIndicator: enters a ranking by others. A supervisor of its region.
select check_new_record('indicator', :indicator.id, 'indicator'),
       check_indicator(:indicator.kind, :indicator.region_code, :indicator.year, :indicator.rank, :indicator.ranked_of);

insert into indicator (id, kind, region_code, year, rank, ranked_of, source, note, etag)
values (
  :indicator.id, :indicator.kind, :indicator.region_code, :indicator.year, :indicator.rank, :indicator.ranked_of,
  :indicator.source, :indicator.note, :indicator#hash
);

select r.*
from indicator_answer r
where r.id = :indicator.id;
