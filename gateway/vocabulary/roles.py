"""The roles of tokens, and which of them grants what an RPC needs. Pure."""

# Who gives out camplane's own tokens, as they say it.
ISSUER = "camplane"
# What an RPC may need, as its option says it (protos/camplane/access/v1/role.proto).
PUBLIC, VIEWER, OPERATOR, RELEASER, ADMIN = "public", "viewer", "operator", "releaser", "admin"
# What a token may have.
ROLES = (VIEWER, OPERATOR, RELEASER, ADMIN)
# Operator and releaser include viewer, admin includes all.
GRANTED_BY = {
    VIEWER: ROLES,
    OPERATOR: (OPERATOR, ADMIN),
    RELEASER: (RELEASER, ADMIN),
    ADMIN: (ADMIN,),
}
