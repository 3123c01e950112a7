-- CreatePhoto: a picture of a visit or lead that the caller may see. The same submission again changes nothing.
select refuse_unless(num_nonnulls(:photo.visit_id, :photo.lead_id) = 1, 'REQUIRED', 'photo.visit_id'),
       refuse_unless(
         :photo.visit_id is null or exists (select from visit v where v.id = :photo.visit_id), 'UNKNOWN_REFERENCE', 'photo.visit_id'
       ),
       refuse_unless(
         :photo.lead_id is null or exists (select from leads_for_photos(array[:photo.lead_id])), 'UNKNOWN_REFERENCE', 'photo.lead_id'
       ),
       refuse_unless(:photo.captured_at >= '2000-01-01' and :photo.captured_at < '2200-01-01', 'OUT_OF_RANGE', 'photo.captured_at');

insert into photo (
  id, visit_id, lead_id, sha256, byte_size, media_type, width, height, captured_at, latitude, longitude, accuracy, device, caption,
  recorder_id, etag
)
select :photo.id, :photo.visit_id, :photo.lead_id, :photo.sha256, :photo.byte_size, :photo.media_type, :photo.width, :photo.height,
       :photo.captured_at, :photo.position.latitude, :photo.position.longitude, :photo.position.accuracy, :photo.device, :photo.caption,
       me(), :photo#hash
where not exists (select from photo_known(array[:photo.id], array[:photo#hash]))
on conflict do nothing;

select refuse_unless(bool_or(k.accepted), 'ALREADY_EXISTS', 'photo.id')
from photo_known(array[:photo.id], array[:photo#hash]) k;

select p.*
from photo_answer p
where p.id = :photo.id;
