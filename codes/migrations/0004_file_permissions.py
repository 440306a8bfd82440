from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("codes", "0003_publish_permission")]

    operations = [
        migrations.AlterModelOptions(
            name="revision",
            options={
                "ordering": ["-pk"],
                "permissions": [
                    ("import_content", "Can import the content files"),
                    ("export_content", "Can export to the content files"),
                ],
            },
        ),
    ]
