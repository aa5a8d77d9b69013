"""Each link of a chain of evidence leaves a witness; calls for help can be taken in hand; distances follow tracks."""

from django.db import migrations, models

from tidar.rojak.rules.tracks import walked_metres

FORWARDS = """
INSERT INTO rojak_evidenceanchor (evidence_id, finding_id, sequence, link_hash)
    SELECT id, finding_id, sequence, link_hash FROM rojak_evidence;
CREATE FUNCTION rojak_anchor_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rojak_evidenceanchor (evidence_id, finding_id, sequence, link_hash)
        SELECT id, finding_id, sequence, link_hash FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER evidence_anchored AFTER INSERT ON rojak_evidence REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION rojak_anchor_evidence();
CREATE TRIGGER evidenceanchor_append_only BEFORE UPDATE OR DELETE ON rojak_evidenceanchor
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER evidenceanchor_no_truncate BEFORE TRUNCATE ON rojak_evidenceanchor
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER evidenceanchor_no_truncate ON rojak_evidenceanchor;
DROP TRIGGER evidenceanchor_append_only ON rojak_evidenceanchor;
DROP TRIGGER evidence_anchored ON rojak_evidence;
DROP FUNCTION rojak_anchor_evidence();
"""


def follow_tracks(apps, schema_editor):
    """What phones said about distances gives way to what their tracks say."""
    patrols, parts = apps.get_model("rojak", "Round"), apps.get_model("rojak", "TrackPart")
    for found in patrols.objects.select_related("post__program").iterator(500):
        told = list(parts.objects.filter(round=found).values_list("from_at", "points"))
        worst = int(found.post.program.settings.get("worst_fix_metres", 30))
        metres = walked_metres(told, worst_metres=worst)
        if metres != found.distance_metres:
            patrols.objects.filter(pk=found.pk).update(distance_metres=metres)


class Migration(migrations.Migration):
    dependencies = [("rojak", "0005_findings")]

    operations = [
        migrations.CreateModel(
            name="EvidenceAnchor",
            fields=[
                ("evidence_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("finding_id", models.UUIDField()),
                ("sequence", models.PositiveIntegerField()),
                ("link_hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddField("sos", "seen_at", models.DateTimeField(null=True)),
        migrations.AddField("sos", "seen_by", models.CharField(blank=True, max_length=80)),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunPython(follow_tracks, migrations.RunPython.noop),
    ]
