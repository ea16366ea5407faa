"""Tables of the evidence room: those of the log, and the signed roots, which the log attests."""

from anmin.evidence.root_model import Root as Root
from anmin.evidence.tables import Head as Head
from anmin.evidence.tables import Node as Node
from anmin.evidence.tables import Receipt as Receipt
from anmin.evidence.tables import Record as Record
