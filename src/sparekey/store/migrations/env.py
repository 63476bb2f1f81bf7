"""What Alembic runs: the revisions, on the connection that `store.migrate` hands in."""

from alembic import context

from sparekey.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
