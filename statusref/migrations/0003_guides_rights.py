"""What the groups may do with guides."""

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from statusref.roles import ROLES, grant


def extend_groups(apps, schema_editor):
    create_permissions(live_apps.get_app_config("guides"), verbosity=0, using=schema_editor.connection.alias)
    for name, wanted in ROLES.items():
        known = {"guides": wanted["guides"]}
        grant(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"), name, known)


class Migration(migrations.Migration):
    dependencies = [("statusref", "0002_quiz_rights"), ("guides", "0001_initial")]
    operations = [migrations.RunPython(extend_groups, migrations.RunPython.noop)]
