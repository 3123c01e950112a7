-- UpdateIndicator: changes the fields that the mask names. A supervisor of its region.
select refuse_unless(
         :update_mask <@ array[
           'kind', 'region_code', 'year', 'rank', 'ranked_of', 'source', 'note'
         ],
         'BAD_PATH', 'update_mask'
       ),
       check_record('indicator', :indicator.id, :indicator.etag, 'indicator'),
       check_given(:update_mask, 'indicator', array['kind', 'region_code', 'year', 'rank', 'source'],
         array[
           :indicator.kind is not null, :indicator.region_code is not null, :indicator.year <> 0,
           :indicator.rank <> 0, :indicator.source::text is not null
         ]);

select check_indicator(m.kind, m.region_code, m.year, m.rank, m.ranked_of, r.id)
from indicator r
cross join lateral (
  select chosen(:update_mask, 'kind', :indicator.kind, r.kind),
         chosen(:update_mask, 'region_code', :indicator.region_code, r.region_code),
         chosen(:update_mask, 'year', nullif(:indicator.year, 0), r.year),
         chosen(:update_mask, 'rank', nullif(:indicator.rank, 0), r.rank),
         chosen(:update_mask, 'ranked_of', :indicator.ranked_of, r.ranked_of)
) m(kind, region_code, year, rank, ranked_of)
where r.id = :indicator.id;

update indicator r
set kind = chosen(:update_mask, 'kind', :indicator.kind, r.kind),
    region_code = chosen(:update_mask, 'region_code', :indicator.region_code, r.region_code),
    year = chosen(:update_mask, 'year', nullif(:indicator.year, 0), r.year),
    rank = chosen(:update_mask, 'rank', nullif(:indicator.rank, 0), r.rank),
    ranked_of = chosen(:update_mask, 'ranked_of', :indicator.ranked_of, r.ranked_of),
    source = chosen(:update_mask, 'source', :indicator.source, r.source),
    note = chosen(:update_mask, 'note', :indicator.note, r.note),
    etag = :indicator#hash
where r.id = :indicator.id;

select r.*
from indicator_answer r
where r.id = :indicator.id;
