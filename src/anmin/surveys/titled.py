"""What has a title in both languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.kernel.bilingual import english


class Titled(models.Model):
    """Something with a title in both languages."""

    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if english() else self.title_zh
