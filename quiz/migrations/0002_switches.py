"""A switch for each generator, so that the admin lists them."""

from django.db import migrations

from quiz.models import GeneratorSwitch


def make_switches(apps, schema_editor):
    for name in GeneratorSwitch.Name.values:
        apps.get_model("quiz", "GeneratorSwitch").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("quiz", "0001_initial")]
    operations = [migrations.RunPython(make_switches, migrations.RunPython.noop)]
