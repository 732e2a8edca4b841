# SPDX-License-Identifier: GPL-3.0-or-later
"""What the job is asked to render: settings, frames, color management. Runs in Blender's process."""
