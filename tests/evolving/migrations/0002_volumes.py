"""Renames the model and its fields, lengthens one, adds two: every way a tracked table is rebuilt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evolving", "0001_initial")]

    operations = [
        migrations.RenameModel("HistoricalBook", "HistoricalVolume"),
        migrations.RenameModel("Book", "Volume"),
        migrations.RenameField("volume", "title", "heading"),
        migrations.RenameField("historicalvolume", "title", "heading"),
        migrations.RenameField("volume", "author", "writer"),
        migrations.RenameField("historicalvolume", "author", "writer"),
        # The history first: SQLite rebuilds it while triggers of the live table name it.
        migrations.AlterField(
            "historicalvolume", "heading", models.CharField(max_length=100, null=True)
        ),
        migrations.AlterField("volume", "heading", models.CharField(max_length=100)),
        migrations.AddField("volume", "pages", models.IntegerField(default=1)),
        migrations.AddField("historicalvolume", "pages", models.IntegerField(null=True)),
        migrations.AddField("volume", "notes", models.JSONField(null=True)),
        migrations.AddField("historicalvolume", "notes", models.JSONField(null=True)),
        migrations.RenameIndex(
            "historicalvolume", "evolving_hi_id_7f9b91_idx", "evolving_hi_id_9cef21_idx"
        ),
        migrations.AlterModelOptions(
            "historicalvolume",
            {
                "default_permissions": ("view",),
                "get_latest_by": ("history_date", "history_id"),
                "ordering": ("-history_id",),
                "verbose_name": "historical volume",
                "verbose_name_plural": "historical volumes",
            },
        ),
    ]
