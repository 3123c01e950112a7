-- MatchAccused: says which user or office one of those complained of is; with neither, takes the match back. Who handles the
-- lead, or a supervisor of its region; a match that is there is changed or taken back by a supervisor alone. The answer is the
-- same whether or not the caller may still see the lead. Again, it changes nothing. Who is matched to a leader of the highest office ends
-- the lead (lead_not_kept_on): the receipt's number is the answer.
select refuse_unless(
         bool_or(k.accepted) or exists (select from lead l where l.id = :id),
         'NOT_FOUND'
       )
from lead_known(array[:id], array[next_etag(:etag, concat_ws(' ', 'matched', :place, :user_id, :office_id))]) k;

select refuse_unless(l.handler_id = me() or l.current_code <@ scope(), 'FORBIDDEN'),
       refuse_unless(
         l.current_code <@ scope()
         or coalesce(l.accused_users[(:place)], l.accused_offices[(:place)]) is null
         or l.etag = next_etag(:etag, concat_ws(' ', 'matched', :place, :user_id, :office_id)),
         'FORBIDDEN'
       ),
       refuse_unless(:place <= cardinality(l.accused_names), 'OUT_OF_RANGE', 'place'),
       refuse_unless(:user_id is null or exists (select from account a where a.id = :user_id), 'UNKNOWN_REFERENCE', 'user_id'),
       refuse_unless(:office_id is null or exists (select from office o where o.id = :office_id), 'UNKNOWN_REFERENCE', 'office_id')
from lead l
where l.id = :id;

update lead l
set accused_users[(:place)] = :user_id,
    accused_offices[(:place)] = :office_id,
    reason = null,
    etag = next_etag(l.etag, concat_ws(' ', 'matched', :place, :user_id, :office_id))
where l.id = :id
  and l.etag = :etag;

select refuse_unless(bool_or(k.accepted), 'STALE_ETAG', 'etag')
from lead_known(array[:id], array[next_etag(:etag, concat_ws(' ', 'matched', :place, :user_id, :office_id))]) k;

select :id as id,
       next_etag(:etag, concat_ws(' ', 'matched', :place, :user_id, :office_id)) as etag,
       receipt_number(:id) as receipt_number;
