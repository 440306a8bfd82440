"""What the groups may do about the search."""

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from statusref.roles import ROLES, grant


def grant_rights(apps, schema_editor):
    create_permissions(live_apps.get_app_config("search"), verbosity=0, using=schema_editor.connection.alias)
    for name, rights in ROLES.items():
        grant(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"), name, {"search": rights["search"]})


class Migration(migrations.Migration):
    dependencies = [("statusref", "0003_guides_rights"), ("search", "0001_initial")]
    operations = [migrations.RunPython(grant_rights, migrations.RunPython.noop)]
