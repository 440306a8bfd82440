"""The groups Writers, Editors and Administrators."""

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from statusref.roles import ROLES, grant


# Apps that came later have a migration of their own.
APPS = ("codes", "compare", "auth")


def make_groups(apps, schema_editor):
    # Django makes permissions after all migrations; the groups need them now.
    for app in APPS:
        create_permissions(live_apps.get_app_config(app), verbosity=0, using=schema_editor.connection.alias)
    for name, rights in ROLES.items():
        wanted = {app: codenames for app, codenames in rights.items() if app in APPS}
        grant(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"), name, wanted)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("codes", "0004_file_permissions"),
        ("compare", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
